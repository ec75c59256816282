"""Pairs magic-wormholes with each other over a mailbox server, all in this one process.

    python3 wormholes.py PAIRS AT_A_TIME

Prints pairs per second of this process's CPU, start-up not counted. In each pair both ends connect, set the same code,
agree on a key, send one message and receive one, and close.
"""

import os
import sys
import tempfile
import time

from twisted.internet import defer, reactor, task
from twisted.web import server as web
from wormhole import create
from wormhole_mailbox_server.database import create_channel_db
from wormhole_mailbox_server.server import make_server
from wormhole_mailbox_server.web import make_web_server

PAIRS = int(sys.argv[1])
AT_A_TIME = int(sys.argv[2])


@defer.inlineCallbacks
def end(url, code):
    wormhole = create("hufu-bench", url, reactor)
    wormhole.set_code(code)
    wormhole.send_message(b"hello")
    message = yield wormhole.get_message()
    if message != b"hello":
        raise ValueError(message)
    yield wormhole.close()


@defer.inlineCallbacks
def worker(url, numbers):
    for number in numbers:
        code = "%d-guitarist-revenge" % number
        yield defer.gatherResults([end(url, code), end(url, code)])


@defer.inlineCallbacks
def main(_reactor):
    folder = tempfile.mkdtemp(dir=".")
    rendezvous = make_server(create_channel_db(os.path.join(folder, "channels.sqlite")))
    site = make_web_server(rendezvous, log_requests=False)
    port = reactor.listenTCP(0, site, interface="127.0.0.1")
    url = "ws://127.0.0.1:%d/v1" % port.getHost().port
    # One pair that is not counted: what is loaded at first use.
    yield worker(url, [PAIRS + 1])
    numbers = iter(range(1, PAIRS + 1))
    before = time.process_time()
    yield defer.gatherResults([worker(url, numbers) for _ in range(AT_A_TIME)])
    print(PAIRS / (time.process_time() - before))
    yield port.stopListening()


task.react(main)
