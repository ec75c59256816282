import { after, DATA_ROOM_OCTETS, dataFrameHead } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { RelayCounts } from '../counts.ts'
import { hold, letGo } from '../gateway/lent.ts'
import { messageOf } from '../gateway/message.ts'
import { inThisTurn } from '../gateway/turn.ts'
import type { Connection } from './connection.ts'
import type { Shared } from './seats.ts'
import type { Passed } from './traffic.ts'
import type { WaveFrame } from './wave.ts'

/*
 * From one member to all others.
 *
 * A write to a socket costs some ten times what a small frame in it does. In a session of few members every frame goes on
 * its way at once. In one of many, frames gather into a wave: one message, built once, written once to each member. The
 * first frame after a silence does not wait; those behind it wait until `gatherMs` have passed since the last wave, or
 * until the wave is large. So a wave is late by `gatherMs` at most, and the busier the session, the cheaper each frame.
 *
 * In a session of media, a member that does not keep up loses frames: what is late there is of no use, and whoever has a
 * bad line is to stay in the call. Elsewhere nothing is lost: the writer cuts off who does not read.
 */

/** Members on this node from which on frames gather. Our choice: with fewer, two rarely come within one wave. */
const GATHER_MEMBERS = 8
/** Octets in a wave that does not wait any longer. Our choice: what a socket takes in one write. */
const WAVE_OCTETS = 32_768

/** Passes frames on. */
export interface Fanout {
  /** One frame, to all members that are here but its sender, or to the one that it is for. */
  pass(shared: Shared, frame: Passed): void
  /** Sends what waits: whatever is said of a member next comes after what it has sent. */
  flush(shared: Shared): void
}

/** What {@link fanoutOver} needs. `gatherMs`: the longest that a frame is held back, in milliseconds; 0: no longer than this turn of the loop. */
export interface FanoutPorts {
  readonly clock: Clock
  readonly counts: RelayCounts
  readonly gatherMs: number
  /** The same, in a session of media. */
  readonly mediaGatherMs: number
  /** Octets that may wait for one member before frames of media are no longer sent to it. */
  readonly mediaUnsentOctets: number
  /** After what is ready now has been read; for tests. */
  readonly soon?: (act: () => void) => void
}

/** Fan-out to the members of this node. */
export function fanoutOver(ports: FanoutPorts): Fanout {
  const { clock, counts, gatherMs, mediaGatherMs, mediaUnsentOctets, soon = inThisTurn } = ports

  /** Whether the member has fallen behind in what is of no use late. So many frames are not sent to it. */
  const isBehind = (shared: Shared, connection: Connection, frames: number): boolean => {
    if (!shared.lossy || connection.backlog() < mediaUnsentOctets) return false
    counts.dropped += frames
    return true
  }

  const one = (shared: Shared, connection: Connection, { sender, payload }: Passed): void => {
    if (isBehind(shared, connection, 1)) return
    connection.sendData(shared.handle, sender, payload)
    counts.frames += 1
    counts.octets += payload.length
    if (shared.lossy) counts.media += 1
  }

  const direct = (shared: Shared, frame: Passed): void => {
    for (const { connection, index } of shared.members)
      if (index !== frame.sender) one(shared, connection, frame)
  }

  /** To one alone, behind what the same sender has sent to all. */
  const directed = (shared: Shared, frame: Passed): void => {
    if (frame.recipient === frame.sender) return
    const to = shared.members.find(({ index }) => index === frame.recipient)
    if (to === undefined) return
    flush(shared)
    one(shared, to.connection, frame)
  }

  const flush = (shared: Shared): void => {
    const { wave } = shared
    const { frames } = wave
    wave.cancel?.()
    wave.cancel = undefined
    if (frames.length === 0) return
    wave.frames = []
    wave.octets = 0
    wave.leftAt = clock.now()
    const whole = bundleOf(frames)
    const withoutOwn = new Map<number, Bundle>()
    for (const { sender } of frames)
      if (!withoutOwn.has(sender))
        withoutOwn.set(sender, bundleOf(frames.filter((frame) => frame.sender !== sender)))
    for (const { payload } of frames) letGo(payload)
    for (const { connection, index } of shared.members) {
      const bundle = withoutOwn.get(index) ?? whole
      if (bundle.frames === 0 || isBehind(shared, connection, bundle.frames)) continue
      connection.sendMessage(bundle.message)
      counts.frames += bundle.frames
      counts.octets += bundle.octets
      if (shared.lossy) counts.media += bundle.frames
    }
  }

  /** When the wave that has just begun will leave. */
  const schedule = (shared: Shared): void => {
    const { wave } = shared
    const ms = shared.lossy ? mediaGatherMs : gatherMs
    const at = wave.leftAt === undefined ? undefined : after(wave.leftAt, ms)
    if (at === undefined || at <= clock.now()) return soon(() => flush(shared))
    wave.cancel = clock.wake(at, () => {
      // it has fired: to call it off as well would cost as much as to set it
      wave.cancel = undefined
      flush(shared)
    })
  }

  return {
    pass(shared, frame) {
      const { sender, recipient, payload } = frame
      const { members, wave } = shared
      if (recipient !== undefined) return directed(shared, frame)
      if (members.length < GATHER_MEMBERS && wave.frames.length === 0) return direct(shared, frame)
      const octets = DATA_ROOM_OCTETS + payload.length
      if (wave.octets + octets > WAVE_OCTETS) flush(shared)
      const head = dataFrameHead(shared.handle, sender, payload.length)
      wave.octets += octets
      hold(payload)
      const begun = wave.frames.push({ sender, head, payload }) === 1
      if (wave.octets >= WAVE_OCTETS) flush(shared)
      else if (begun) schedule(shared)
    },
    flush,
  }
}

/** Frames as one message. */
interface Bundle {
  readonly message: Uint8Array
  readonly frames: number
  /** Octets of their payloads. */
  readonly octets: number
}

function bundleOf(frames: readonly WaveFrame[]): Bundle {
  let octets = 0
  const parts: Uint8Array[] = []
  for (const { head, payload } of frames) {
    parts.push(head, payload)
    octets += payload.length
  }
  return { message: messageOf(parts), frames: frames.length, octets }
}
