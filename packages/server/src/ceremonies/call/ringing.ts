import { CHECK_OCTETS, type Declined, type Invite } from '@hufu/protocol/call'
import { isUserId } from '@hufu/protocol/identity'
import {
  done,
  failed as no,
  type ErrorCode,
  type MessageOf,
  type Outcome,
} from '@hufu/protocol/wire'
import type { UnixMs } from '../../clock.ts'
import { allTerminalsOf, bindingAt, terminalsOf } from '../../store/bindings.ts'
import { callMembers, countMembers, memberAt } from '../../store/call-members.ts'
import {
  callRings,
  endRing,
  findCall,
  keepRing,
  lateRings,
  nextRingEnd,
  ringOf,
  ringsOfUser,
  setCaller,
  shortenRings,
  type CallRingRow,
  type CallRow,
} from '../../store/calls.ts'
import type { Db } from '../../store/schema.ts'
import { alarmOf } from './alarm.ts'
import { tell, type CallPorts } from './ports.ts'
import { tellingOf } from './telling.ts'

/** What whoever is rung is shown of whoever has them rung. */
export interface RungBy extends Pick<MessageOf<typeof Invite>, 'r1' | 'certificates'> {
  readonly user: string
}

/** Rings that one transaction ends, so that others get their turn. Our choice. */
const AT_ONCE = 100

/** Somebody who is, or was, rung for a call. */
export type Rung = Pick<CallRingRow, 'call' | 'user'>

/** Who is rung anew, and who of those that were asked for is in the call. */
interface Kept {
  readonly rings: readonly { readonly user: string; readonly challenge: Uint8Array | null }[]
  readonly present: readonly string[]
}

/** Rings and stops ringing, wherever users are signed in. */
export interface Ringing {
  /**
   * Has those rung who are not in the call already, and tells nobody who is not there. Of those who are in, `told` hears at
   * once: `ERR_CALL_SEAT`. The result is `ERR_CALL_LIMIT` if they are too many, `ERR_CALL_UNKNOWN` if the call is over,
   * `ERR_CALL_HOST` if another hosts it meanwhile. It comes before anybody is told.
   */
  ring(
    call: CallRow,
    users: readonly string[],
    by: RungBy,
    told: (declined: MessageOf<typeof Declined>) => void,
  ): Promise<ErrorCode | undefined>
  /** Rings a terminal that has come meanwhile for what rings its user, and not there yet. */
  catchUp(terminal: Uint8Array, rings: (call: Uint8Array) => boolean): Promise<void>
  /** All terminals of those who were rung stop: `code` says why. */
  stop(rings: readonly Rung[], code: ErrorCode): void
  /** Nothing rings for a user any more at a terminal where they are not signed in any longer. */
  signedOut(terminal: Uint8Array, user: string, code: ErrorCode): Promise<void>
  /** Tells the host, while it rings, that a user is busy wherever it does. */
  engaged(call: Uint8Array, user: string): Promise<void>
  /** All rings of a call are withdrawn, and nobody but the rung is told. */
  withdraw(call: Uint8Array): Promise<void>
  /** Ends the rings whose time is over, tells their hosts, and does so again when the next one's is. */
  sweep(): Promise<void>
  close(): void
}

/** The rings of one node. */
export function ringingOf(ports: CallPorts): Ringing {
  const { clock, config, counts, failed, random, store } = ports

  const telling = tellingOf(failed)

  const stop = (rings: readonly Rung[], code: ErrorCode): void =>
    telling.each(rings, async ({ call, user }) => {
      for (const terminal of await store.read((db) => allTerminalsOf(db, user)))
        tell(ports, terminal, { type: 'call.stop', call, code })
    })

  /** Ends some rings whose time is over; the result: whether there may be more. */
  const sweepSome = async (): Promise<boolean> => {
    const late = await store.write('soon', async (db) => {
      const some = await lateRings(db, clock.wall(), AT_ONCE)
      for (const { call, user } of some) await endRing(db, call, user)
      return some
    })
    const code = 'ERR_CALL_NO_ANSWER'
    for (const { call, user, host } of late) {
      counts.rung(code)
      if (host !== null) tell(ports, host, { type: 'call.declined', call, user, code })
    }
    stop(late, code)
    return late.length === AT_ONCE
  }

  const sweep = async (): Promise<void> => {
    while (await sweepSome());
    const now = clock.wall()
    const next = await store.write('soon', async (db) => {
      // nobody is rung for longer than this, though the clock was put back
      await shortenRings(db, (now + config.callRingMs) as UnixMs)
      return nextRingEnd(db)
    })
    if (next !== undefined) alarm.set(next - now)
  }
  const alarm = alarmOf(clock, () => void sweep().catch(failed))

  /** Keeps the rings of those who are to be rung anew. */
  const keep = async (
    db: Db,
    call: CallRow,
    users: readonly string[],
    until: number,
  ): Promise<Outcome<Kept>> => {
    const { id, checks_members: checks } = call
    const host = (await findCall(db, id))?.host
    if (host === undefined) return no('ERR_CALL_UNKNOWN')
    if (host !== call.host) return no('ERR_CALL_HOST')
    const isIn = new Set((await callMembers(db, id)).map(({ user }) => user))
    const rung = new Set((await callRings(db, id)).map(({ user }) => user))
    const wanted = [...new Set(users)].filter((user) => isUserId(user) && !isIn.has(user))
    const more = wanted.filter((user) => !rung.has(user)).length
    const members = await countMembers(db, id)
    if (members + rung.size + more > config.membersPerCall) return no('ERR_CALL_LIMIT')
    const rings = wanted.map((user) => ({
      user,
      challenge: checks === 1 ? random(CHECK_OCTETS) : null,
    }))
    for (const ring of rings) await keepRing(db, { call: id, until, ...ring })
    return done({ rings, present: [...new Set(users)].filter((user) => isIn.has(user)) })
  }

  return {
    async ring(call, users, { user: from, r1, certificates }, told) {
      const { id, server } = call
      const ringMs = config.callRingMs
      const { signing: cert_signing, agreement: cert_agreement } = certificates
      const kept = await store.write('soon', async (db) => {
        const all = await keep(db, call, users, clock.wall() + ringMs)
        if (all.ok) await setCaller(db, id, { rung_by: from, r1, cert_signing, cert_agreement })
        return all
      })
      if (!kept.ok) return kept.code
      const { present, rings } = kept.value
      for (const user of present)
        told({ type: 'call.declined', call: id, user, code: 'ERR_CALL_SEAT' })
      alarm.set(ringMs)
      const shown = { call: id, from, server, r1, certificates, ringMs }
      const challenges = new Map(rings.map(({ user, challenge }) => [user, challenge]))
      telling.each([...challenges.keys()], async (user) => {
        const ring = { user, challenge: challenges.get(user) ?? null, ...shown }
        const some = store.read((db) => terminalsOf(db, user, clock.wall(), config.ringsPerUser))
        for (const terminal of await some) tell(ports, terminal, { type: 'call.ring', ...ring })
      })
      return undefined
    },
    async catchUp(terminal, rings) {
      const now = clock.wall()
      const found = await store.read(async (db) => {
        const binding = await bindingAt(db, terminal)
        if (binding === undefined || binding.expires <= now) return []
        const all = []
        for (const ring of await ringsOfUser(db, binding.user))
          all.push({ ring, call: await findCall(db, ring.call) })
        return all
      })
      for (const { ring, call } of found) {
        const { user, challenge, until } = ring
        if (call === undefined || until <= now || rings(call.id)) continue
        const { id, rung_by: from, server, r1 } = call
        const certificates = { signing: call.cert_signing, agreement: call.cert_agreement }
        const shown = { call: id, from, server, r1, certificates, ringMs: until - now }
        tell(ports, terminal, { type: 'call.ring', user, challenge, ...shown })
      }
    },
    stop,
    async signedOut(terminal, user, code) {
      for (const { call } of await store.read((db) => ringsOfUser(db, user)))
        tell(ports, terminal, { type: 'call.stop', call, code })
    },
    async engaged(id, user) {
      const host = await store.read(async (db) => {
        const [call, ring] = [await findCall(db, id), await ringOf(db, id, user)]
        if (call === undefined || ring === undefined || ring.until <= clock.wall()) return undefined
        return memberAt(db, id, call.host)
      })
      if (host !== undefined) tell(ports, host.terminal, { type: 'call.engaged', call: id, user })
    },
    async withdraw(id) {
      const code = 'ERR_CALL_WITHDRAWN'
      const ended = await store.write('soon', async (db) => {
        const rings = await callRings(db, id)
        for (const { user } of rings) await endRing(db, id, user)
        return rings
      })
      for (const _ of ended) counts.rung(code)
      stop(ended, code)
    },
    sweep,
    close() {
      alarm.stop()
      telling.stop()
    },
  }
}
