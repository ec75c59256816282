import { execFile } from 'node:child_process'
import { readFile, statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Config } from '../config.ts'
import { fail, ok, sizeText, warn, type Finding } from './finding.ts'

/** The first Node that runs hufu's files, and the last major version that it is tried with. */
const OLDEST_NODE = [24, 12] as const
const NEWEST_MAJOR = 24
/** Open files beside connections: the store, pages, logs. docs/operations.md says the same. */
const FILES_BESIDE = 100
/** Free octets below which there is trouble at once, and soon. Our choice. */
const LEAST_FREE = 100_000_000
const SCARCE = 1_000_000_000
/** Milliseconds for the system to say whether its clock is set by others. */
const ASK_MS = 2_000
/** Milliseconds over which the clocks are held against each other, and by how much they may differ. */
const WATCH_MS = 100
const DRIFT_MS = 20
/** Before this release nobody can have started it: 2026-11-01. */
const RELEASED = 1_793_491_200_000

/** Is this Node one that hufu runs on? */
export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldest, least] = OLDEST_NODE
  if (major < oldest || (major === oldest && minor < least))
    return fail('node', version, `hufu needs Node ${oldest}.${least} or later`)
  if (major > NEWEST_MAJOR)
    return warn('node', version, `hufu is tried with Node ${NEWEST_MAJOR}; use that if in doubt`)
  return ok('node', version)
}

/** May the process of that id, this one if undefined, open as many files as its connections take? */
export async function openFiles(
  { connections }: Pick<Config, 'connections'>,
  pid: number | undefined,
): Promise<Finding> {
  const path = `/proc/${pid ?? 'self'}/limits`
  const text = await readFile(path, 'utf8').catch(() => '')
  const soft = /^Max open files +(\d+|unlimited)/m.exec(text)?.[1]
  if (soft === undefined) return ok('limits', 'how many files may be open cannot be seen here')
  const most = soft === 'unlimited' ? Infinity : Number(soft)
  const wanted = connections + FILES_BESIDE
  const found = `${soft} open files for ${connections} connections`
  return most >= wanted
    ? ok('limits', found)
    : warn(
        'limits',
        found,
        `raise the limit to ${wanted} (ulimit -n, LimitNOFILE), or lower --connections`,
      )
}

/** File systems by the number that the system has for them, and what is wrong with them. */
const FILE_SYSTEMS: Readonly<
  Record<number, readonly [name: string, trouble?: 'shared' | 'memory']>
> = {
  0xef53: ['ext4'],
  0x58465342: ['xfs'],
  0x9123683e: ['btrfs'],
  0x2fc12fc1: ['zfs'],
  0xf2f52010: ['f2fs'],
  0x794c7630: ['overlay'],
  0x01021994: ['tmpfs', 'memory'],
  0x858458f6: ['ramfs', 'memory'],
  0x6969: ['nfs', 'shared'],
  0xff534d42: ['cifs', 'shared'],
  0xfe534d42: ['smb2', 'shared'],
  0x517b: ['smb', 'shared'],
  0x01021997: ['9p', 'shared'],
  0x65735546: ['fuse'],
}

/** Is there room, on a disk that a database may stand on? `octets`: what the database takes. */
export async function disk(folder: string, octets: number): Promise<Finding> {
  const { bavail, bsize, type } = await statfs(folder)
  const free = bavail * bsize
  const [name = `file system ${type.toString(16)}`, trouble] = FILE_SYSTEMS[type] ?? []
  const found = `${sizeText(free)} free, ${name}`
  if (free < LEAST_FREE) return fail('disk', found, 'make room: nothing can be written soon')
  if (trouble === 'shared')
    return fail(
      'disk',
      found,
      'a database must not stand on a file system that is shared over a network: use a local disk',
    )
  if (trouble === 'memory')
    return warn('disk', found, 'what is kept there is gone when the machine stops')
  const wanted = Math.max(SCARCE, 2 * octets)
  return free < wanted
    ? warn('disk', found, `make room: a backup and a restore each take another ${sizeText(octets)}`)
    : ok('disk', found)
}

/** Does the clock go, and is it set by others? `lastEntry`: when the audit record was last written to, in ms since 1970. */
export async function clock(lastEntry: number): Promise<Finding> {
  const wall = Date.now()
  const steady = performance.now()
  const set = await isSetByOthers()
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS))
  const [wallMs, steadyMs] = [Date.now() - wall, performance.now() - steady]
  const found = `${new Date(wall).toISOString()}, ${SET[set]}`
  if (wall < RELEASED) return fail('clock', found, 'set it: it is before this version was made')
  if (wall + 1_000 < lastEntry)
    return warn(
      'clock',
      `${found}; the audit record has an entry of ${new Date(lastEntry).toISOString()}`,
      'set it: it has gone back, or was ahead, and times in the record are wrong by so much',
    )
  if (Math.abs(wallMs - steadyMs) > DRIFT_MS)
    return warn('clock', `${found}; it jumps`, 'find out what sets it, and have that slew it')
  if (set === 'no') return warn('clock', found, 'have it set by NTP: systemd-timesyncd, chrony')
  return ok('clock', found)
}

const SET = {
  yes: 'set by NTP',
  no: 'not set by NTP',
  unknown: 'whether NTP sets it cannot be seen here',
} as const

async function isSetByOthers(): Promise<keyof typeof SET> {
  try {
    const { stdout } = await promisify(execFile)(
      'timedatectl',
      ['show', '--property=NTPSynchronized', '--value'],
      { timeout: ASK_MS },
    )
    return stdout.trim() === 'yes' ? 'yes' : stdout.trim() === 'no' ? 'no' : 'unknown'
  } catch {
    return 'unknown'
  }
}
