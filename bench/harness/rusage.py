"""Runs a program and tells on file descriptor 3 what it used, as lines of JSON.

    python3 rusage.py PROGRAM ARGS...

First {"pid": ...}, then, when it has ended, {"code", "cpu" (seconds, user and system), "maxRss" (octets)}, from wait4:
the operating system's own account of the program and of all children that it waited for. The time that this wrapper
takes itself is not in it.
"""

import json
import os
import sys

REPORT = 3


def report(line):
    os.write(REPORT, (json.dumps(line) + "\n").encode())


os.set_inheritable(REPORT, False)
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
report({"pid": pid})
_, status, used = os.wait4(pid, 0)
code = os.waitstatus_to_exitcode(status)
report({"code": code, "cpu": used.ru_utime + used.ru_stime, "maxRss": used.ru_maxrss * 1024})
sys.exit(code if code >= 0 else 128 - code)
