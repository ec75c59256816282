import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Benchmark } from './harness/benchmark.ts'
import { alone, compared, type Figure } from './harness/figures.ts'
import { hufuPair, startHufuServer, stopHufuServer } from './harness/hufu.ts'
import { resident } from './harness/proc.ts'
import { succeeded, type Running, type Scope, type Used } from './harness/scope.ts'
import { within } from './harness/within.ts'
import { startWormholeServers, wormhole, type WormholeServers } from './harness/wormhole.ts'

/** Counted rounds of the race. */
const ROUNDS = 3
const GIB = 2 ** 30
/** Octets of the file in the race, of random content. */
const RACE_OCTETS = GIB
/** Octets of the two files whose memory is compared; the larger is sparse at its source, not where it is received. */
const SMALL_OCTETS = 1e9
const LARGE_OCTETS = 1e10
/** Octets that must be free on the disk beforehand. */
const ROOM_OCTETS = LARGE_OCTETS + 4 * GIB
/** Milliseconds that both ends may take for each GB or GiB. Then whoever hangs is named. */
const TRANSFER_MS = 120_000
/** How often memory is sampled, in milliseconds. */
const SAMPLE_MS = 250
/** Most that memory may grow by from the small file to the large one. */
const FLAT = 1.2

/** A file over the relay: how fast, and in how much memory. */
export const file: Benchmark = {
  name: 'file',
  about:
    'A file of 1 GiB of random octets through the relay on loopback: `hufu pair --send` to `hufu pair --receive` beside `wormhole send` to `wormhole receive` through its transit relay (--no-listen on both sides, so that there is no direct way). The clock runs from the start of the sender to the end of both, pairing included; what arrived is compared by SHA-256 afterwards. hufu syncs the file to disk before it says that it is stored; wormhole does not. Then memory: the most that was ever resident, of sender, receiver (wait4) and server (VmHWM), for a file of 1 GB and one of 10 GB, with a new server each.',
  packages: [
    'magic-wormhole',
    'python3-magic-wormhole-mailbox-server',
    'magic-wormhole-transit-relay',
  ],
  limitMs: 1_500_000,
  run: async (scope, say) => {
    const { bavail, bsize } = await statfs(scope.folder)
    if (bavail * bsize < ROOM_OCTETS) throw new Error(`too little room in ${scope.folder}`)
    const race = await runRace(scope, say)
    const memory = await runMemory(scope, say)
    return { figures: [...race, ...memory], notes: [`${ROUNDS} rounds`] }
  },
}

async function runRace(scope: Scope, say: (text: string) => void): Promise<readonly Figure[]> {
  const source = join(scope.folder, 'random.bin')
  const digest = await writeRandom(source, RACE_OCTETS)
  const wormholeServers = await startWormholeServers(scope)
  const hufu: Race[] = []
  const peer: Race[] = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    const ours = await hufuFile(scope, source, digest)
    const theirs = await wormholeFile(scope, wormholeServers, source, digest)
    say(`round ${round}: ${ours.mbPerS.toFixed(0)} MB/s, wormhole ${theirs.mbPerS.toFixed(0)} MB/s`)
    hufu.push(ours)
    peer.push(theirs)
  }
  await Promise.all([rm(source), wormholeServers.mailbox.stop(), wormholeServers.transit.stop()])
  const beside = (what: string, unit: string, of: (race: Race) => number) => ({
    what,
    unit,
    hufu: hufu.map(of),
    peer: peer.map(of),
    peerName: 'wormhole',
  })
  return [
    compared({ ...beside('1 GiB through the relay', 'MB/s', ({ mbPerS }) => mbPerS), atLeast: 1 }),
    compared(beside('CPU of both ends', 's', ({ cpu }) => cpu)),
    compared(beside('most memory, sender', 'MB', ({ senderMb }) => senderMb)),
    compared(beside('most memory, receiver', 'MB', ({ receiverMb }) => receiverMb)),
  ]
}

interface Race {
  readonly mbPerS: number
  readonly cpu: number
  readonly senderMb: number
  readonly receiverMb: number
}

async function hufuFile(scope: Scope, source: string, digest: string): Promise<Race> {
  const server = await startHufuServer(scope, ['--log', 'error'])
  const into = join(scope.folder, 'received')
  await mkdir(into)
  const started = performance.now()
  const ends = await hufuPair(scope, server, {
    open: ['--send', source],
    join: ['--receive', into],
  })
  const { opener, joiner } = ends
  const race = await finished(started, {
    sender: opener,
    receiver: joiner,
    server: server.process,
  })
  await stopHufuServer(server)
  await check(into, digest)
  return race
}

async function wormholeFile(
  scope: Scope,
  servers: WormholeServers,
  source: string,
  digest: string,
): Promise<Race> {
  const into = join(scope.folder, 'received')
  await mkdir(into)
  const started = performance.now()
  const { sender, receiver } = await wormhole(scope, servers, {
    send: ['--no-listen', source],
    receive: ['--no-listen', '--accept-file', '-o', join(into, 'random.bin')],
  })
  const race = await finished(started, { sender, receiver, relay: servers.transit })
  await check(into, digest)
  return race
}

async function finished(started: number, ends: Ends): Promise<Race> {
  const [sent, received] = await endOf(ends, TRANSFER_MS)
  const seconds = (performance.now() - started) / 1_000
  return {
    mbPerS: RACE_OCTETS / 1e6 / seconds,
    cpu: sent.cpu + received.cpu,
    senderMb: sent.maxRss / 1e6,
    receiverMb: received.maxRss / 1e6,
  }
}

/** Both ends of a transfer, and what is between them. */
type Ends = Readonly<Record<'sender' | 'receiver', Running>> & Readonly<Record<string, Running>>

async function endOf(ends: Ends, limitMs: number): Promise<readonly [Used, Used]> {
  // Whichever fails first tells why; the other may then wait for long.
  const both = Promise.all([ends.sender.ended.then(succeeded), ends.receiver.ended.then(succeeded)])
  return within(limitMs, ends, both)
}

/** Compares the one file in `folder`, and removes both. */
async function check(folder: string, digest: string): Promise<void> {
  const [name, ...others] = await readdir(folder)
  if (name === undefined || others.length > 0)
    throw new Error(`received: ${[name, ...others].join(', ')}`)
  const hash = createHash('sha256')
  await pipeline(createReadStream(join(folder, name)), hash)
  if (hash.digest('hex') !== digest) throw new Error('the file did not arrive whole')
  await rm(folder, { recursive: true })
}

async function runMemory(scope: Scope, say: (text: string) => void): Promise<readonly Figure[]> {
  const small = await residentMost(scope, SMALL_OCTETS)
  say(`1 GB: ${shownMemory(small)}`)
  const large = await residentMost(scope, LARGE_OCTETS)
  say(`10 GB: ${shownMemory(large)}`)
  return (['sender', 'receiver', 'server'] as const)
    .map((who) =>
      compared({
        what: `most memory, 10 GB beside 1 GB: ${who}`,
        unit: 'MB',
        hufu: [large[who]],
        peer: [small[who]],
        peerName: 'hufu, 1 GB',
        atMost: FLAT,
      }),
    )
    .concat(alone('10 GB of zeros through the relay', 'MB/s', [large.mbPerS]))
}

/** Megabytes. */
interface Memory {
  readonly sender: number
  readonly receiver: number
  readonly server: number
  readonly mbPerS: number
}

async function residentMost(scope: Scope, octets: number): Promise<Memory> {
  const source = join(scope.folder, 'sparse.bin')
  const into = join(scope.folder, 'received')
  await writeFile(source, '')
  await truncate(source, octets)
  await mkdir(into)
  const server = await startHufuServer(scope, ['--log', 'error'])
  const pid = await server.process.pid
  let most = 0
  const sampler = setInterval(() => {
    void resident(pid).then((now) => (most = Math.max(most, now?.most ?? 0)))
  }, SAMPLE_MS)
  try {
    const started = performance.now()
    const ends = await hufuPair(scope, server, {
      open: ['--send', source],
      join: ['--receive', into],
    })
    const { opener, joiner } = ends
    const [sent, received] = await endOf(
      { sender: opener, receiver: joiner, server: server.process },
      (TRANSFER_MS * octets) / SMALL_OCTETS,
    )
    const seconds = (performance.now() - started) / 1_000
    most = Math.max(most, (await resident(pid))?.most ?? 0)
    return {
      sender: sent.maxRss / 1e6,
      receiver: received.maxRss / 1e6,
      server: most / 1e6,
      mbPerS: octets / 1e6 / seconds,
    }
  } finally {
    clearInterval(sampler)
    await rm(into, { recursive: true })
    await rm(source)
    await stopHufuServer(server)
  }
}

function shownMemory(memory: Memory): string {
  const { sender, receiver, server } = memory
  return `sender ${sender.toFixed(0)}, receiver ${receiver.toFixed(0)}, server ${server.toFixed(0)} MB`
}

/** Writes random octets and returns their SHA-256, in hex. */
async function writeRandom(path: string, octets: number): Promise<string> {
  const hash = createHash('sha256')
  const target = await open(path, 'w')
  const piece = 2 ** 22
  for (let at = 0; at < octets; at += piece) {
    const random = globalThis.crypto.getRandomValues(new Uint8Array(65_536))
    const chunk = Buffer.alloc(Math.min(piece, octets - at), random)
    // Not one block over and over: its number is in each.
    for (let block = 0; block < chunk.length; block += 65_536) chunk.writeUInt32LE(block, block)
    hash.update(chunk)
    await target.write(chunk)
  }
  await target.close()
  return hash.digest('hex')
}
