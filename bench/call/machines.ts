import {
  BundleOf,
  hostSeat,
  makeBundle,
  memberSeat,
  verifyBundle,
  type CallEffect,
  type CallSeat,
  type CallTrust,
  type SeatStart,
} from '@hufu/protocol/call'
import { ed25519, random, Secret, utf8, xwing } from '@hufu/protocol/crypto'
import { GROUP_DEFAULTS } from '@hufu/protocol/group'
import { certificateCache, type SecurityKey } from '@hufu/protocol/identity'
import type { Ms } from '@hufu/protocol/wire'
import { NOW, testKey, trusted } from '../../packages/protocol/src/testing/certificates.testing.ts'
import { authority, softwareKeyOf } from '../../packages/protocol/src/testing/signin.testing.ts'
import { cpuMs } from '../harness/cpu.ts'
import { isOf } from './kinds.ts'

/*
 * A whole call without sockets: the host's seat and all members', and between them nothing but arrays. What members tell each
 * other of themselves (S1) is left out: a million signatures to be verified would stand in the way of what is measured.
 */

/** A call that stands. */
export interface Machines {
  /** Milliseconds of the host’s CPU in which the first secret was sealed to all, when they were let in. */
  readonly admitMs: number
  /** Moves the key once, of all members too: by turns in an ordinary hop and by a fresh secret. */
  hop(): Promise<Hop>
}

/** What one hop took, in milliseconds of CPU. */
export interface Hop {
  readonly kind: 'ordinary' | 'fresh'
  /** The host: what it says first. */
  readonly sendMs: number
  /** The host: what all members answer, and the go. */
  readonly answersMs: number
  /** All members together. */
  readonly membersMs: number
  /** Messages that the host has sent first, and the octets of one. */
  readonly messages: number
  readonly octets: number
}

/** One end: what it has said and is not delivered. */
interface End {
  readonly index: number
  readonly key: SecurityKey
  readonly seat: CallSeat
}
type Said = readonly (readonly [from: number, frame: Uint8Array])[]

const CONTEXT = { call: utf8('a call: 16 octet'), server: 'hufu.example:443' }
const POLICY = { ...GROUP_DEFAULTS, freshEvery: 1 }

/** A call of a host and so many members. */
export async function callOf(count: number): Promise<Machines> {
  const trust: CallTrust = {
    issuers: [trusted(authority, ['example.org'])],
    nowUnixMs: NOW,
    cache: certificateCache(2 * count + 2),
  }
  let now = 0 as Ms
  const r1 = random(32)
  const first = await startOf(0, r1, trust)
  const host = hostSeat({ ...first.start, schedule: 'ratchet', policy: POLICY }, now)
  const members: End[] = []
  for (let index = 1; index <= count; index += 1) {
    const { key, start } = await startOf(index, r1, trust)
    members.push({ index, key, seat: memberSeat(start) })
    host.joining(index, start.bundle, trust)
  }

  const hear = async (end: End, effects: readonly CallEffect[]): Promise<Said> => {
    const said: (readonly [number, Uint8Array])[] = []
    for (const effect of effects) {
      if (effect.do === 'over') throw new Error(effect.code)
      if (effect.do === 'send' && effect.to === 0) said.push([end.index, effect.frame])
      if (effect.do !== 'agree') continue
      const shared = await end.key.agree(effect.share)
      said.push(...(await hear(end, end.seat.agreed(shared, now, trust))))
    }
    return said
  }

  /** What the host says reaches the members; the result is what they say to it. */
  const tell = async (effects: readonly CallEffect[]): Promise<Said> => {
    const said: Said[] = []
    for (const effect of effects) {
      if (effect.do !== 'send' || isOf(BundleOf, effect.frame)) continue
      const to = effect.to === 'all' ? members : [members[effect.to - 1]!]
      for (const end of to)
        said.push(await hear(end, end.seat.receive(0, effect.frame, now, trust)))
    }
    return said.flat()
  }
  const answer = (said: Said): readonly CallEffect[] =>
    said.flatMap(([from, frame]) => host.receive(from, frame, now, trust))
  const settle = async (effects: readonly CallEffect[]): Promise<void> => {
    for (let next = effects; next.length > 0;) next = answer(await tell(next))
  }

  let admitted: readonly CallEffect[] = []
  const admitMs = await cpuMs(() => void (admitted = host.admit(now)))
  await settle(admitted)
  for (const effect of admitted)
    if (effect.do === 'sign')
      await settle(host.signed(effect.batch, await first.key.sign(effect.statement)))

  return {
    admitMs,
    async hop() {
      now = (now + 1_000) as Ms
      const epoch = host.sending()!.epoch + 1
      let prepared: readonly CallEffect[] = []
      let answered: readonly CallEffect[] = []
      let said: Said = []
      const sendMs = await cpuMs(() => void (prepared = host.hop(now)))
      const readyMs = await cpuMs(async () => void (said = await tell(prepared)))
      const answersMs = await cpuMs(() => void (answered = answer(said)))
      const goMs = await cpuMs(async () => void (await tell(answered)))
      const seats = [host, ...members.map(({ seat }) => seat)]
      if (!seats.every((seat) => seat.sending()?.epoch === epoch))
        throw new Error('the key did not move')
      const frames = prepared.flatMap((effect) => (effect.do === 'send' ? [effect] : []))
      return {
        kind: frames[0]!.to === 'all' ? 'ordinary' : 'fresh',
        sendMs,
        answersMs,
        membersMs: readyMs + goMs,
        messages: frames.length,
        octets: frames[0]!.frame.length,
      }
    },
  }
}

async function startOf(
  index: number,
  r1: Uint8Array,
  trust: CallTrust,
): Promise<{ readonly key: SecurityKey; readonly start: SeatStart }> {
  const user = userOf(index)
  const key = softwareKeyOf(testKey(authority, user, { emails: [user] }), user)
  const [signing, sealing] = [ed25519.generate(random), xwing.generate(random)]
  const bundle = await makeBundle(key, CONTEXT, {
    host: userOf(0),
    r1,
    r2: random(32),
    terminal: random(32),
    media: random(32),
    signing: signing.publicKey,
    sealing: sealing.publicKey,
  })
  const verified = verifyBundle(CONTEXT, bundle, trust)
  if (!verified.ok) throw new Error(verified.code)
  const start: SeatStart = {
    context: CONTEXT,
    self: index,
    bundle,
    publicKeys: key.publicKeys,
    keyId: verified.value.keyId,
    key: signing,
    sealing,
    random,
    makeSecret: () => new Secret(random(32)),
  }
  return { key, start }
}

function userOf(index: number): string {
  return `user${index}@example.org`
}
