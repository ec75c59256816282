import { CHECK_OCTETS, type Invite } from '@hufu/protocol/call'
import { isUserId } from '@hufu/protocol/identity'
import { after, type ErrorCode, type MessageOf } from '@hufu/protocol/wire'
import { terminalsOf } from '../../store/bindings.ts'
import {
  callMembers,
  callRings,
  endRing,
  findCall,
  keepRing,
  lateRings,
  type CallRow,
} from '../../store/calls.ts'
import { tell, type CallPorts } from './ports.ts'

/** What whoever is rung is shown of whoever has them rung. */
export interface RungBy extends Pick<MessageOf<typeof Invite>, 'r1' | 'certificates'> {
  readonly user: string
}

/** Rings and stops ringing, wherever users are signed in. */
export interface Ringing {
  /** Rings those who are not in the call already, and tells nobody who is not there. `ERR_CALL_LIMIT` if they are too many. */
  ring(call: CallRow, users: readonly string[], by: RungBy): Promise<ErrorCode | undefined>
  /** All of a user's terminals stop: `code` says why. */
  stop(call: Uint8Array, user: string, code: ErrorCode): Promise<void>
  /** Ends the rings whose time is over, and tells their hosts. */
  sweep(): Promise<void>
}

/** The rings of one node. */
export function ringingOf(ports: CallPorts): Ringing {
  const { clock, config, random, store } = ports

  const terminals = (user: string): Promise<readonly Uint8Array[]> =>
    store.read((db) => terminalsOf(db, user, clock.wall(), config.ringsPerUser))

  const stop = async (call: Uint8Array, user: string, code: ErrorCode): Promise<void> => {
    for (const terminal of await terminals(user))
      tell(ports, terminal, { type: 'call.stop', call, code })
  }

  const sweep = async (): Promise<void> => {
    const late = await store.write('soon', async (db) => {
      const ended = []
      for (const ring of await lateRings(db, clock.wall())) {
        await endRing(db, ring.call, ring.user)
        const call = await findCall(db, ring.call)
        const members = await callMembers(db, ring.call)
        ended.push({ ring, host: members.find(({ position }) => position === call?.host) })
      }
      return ended
    })
    const code = 'ERR_CALL_NO_ANSWER'
    for (const { ring, host } of late) {
      const { call, user } = ring
      if (host !== undefined)
        tell(ports, host.terminal, { type: 'call.declined', call, user, code })
      await stop(call, user, code)
    }
  }

  return {
    async ring(call, users, by) {
      const { id, server, checks_members: checks } = call
      const until = clock.wall() + config.callRingMs
      const rung = await store.write('soon', async (db) => {
        const members = await callMembers(db, id)
        const ringing = await callRings(db, id)
        const wanted = [...new Set(users)].filter(
          (user) => isUserId(user) && members.every((member) => member.user !== user),
        )
        const more = wanted.filter((user) => ringing.every((ring) => ring.user !== user))
        if (members.length + ringing.length + more.length > config.membersPerCall) return undefined
        const rings = wanted.map((user) => {
          const challenge = checks === 1 ? random(CHECK_OCTETS) : null
          return { call: id, user, challenge, until }
        })
        for (const ring of rings) await keepRing(db, ring)
        return rings
      })
      if (rung === undefined) return 'ERR_CALL_LIMIT'
      const { user: from, r1, certificates } = by
      const shown = { call: id, from, server, r1, certificates, ringMs: config.callRingMs }
      for (const { user, challenge } of rung)
        for (const terminal of await terminals(user))
          tell(ports, terminal, { type: 'call.ring', user, challenge, ...shown })
      clock.wake(after(clock.now(), config.callRingMs), () => void sweep().catch(ports.failed))
      return undefined
    },
    stop,
    sweep,
  }
}
