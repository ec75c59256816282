import { setImmediate as turn } from 'node:timers/promises'
import { hex } from '@hufu/protocol/crypto'
import type { ErrorCode } from '@hufu/protocol/wire'
import {
  callMembers,
  callsAt,
  countAllMembers,
  signedOutMembers,
} from '../../store/call-members.ts'
import { findCall, hasCalls, idleCalls, listCalls, type CallKeys } from '../../store/calls.ts'
import { pullBackSessions, touchSessions } from '../../store/sessions.ts'
import { alarmOf } from './alarm.ts'
import { byServer, type Closing } from './closing.ts'
import type { CallPorts } from './ports.ts'

/*
 * What nobody asks for: members who have been gone for long, or whose sign-in is over, and calls that nobody is in. As long
 * as there is a call this is looked at every few seconds; a sign-in that is ended is followed at once.
 */

/** Looks after calls. */
export interface Watch {
  /** There is a call: look after it. */
  begin(): void
  /** Looks now. */
  look(): Promise<void>
  /** A user's sign-in at a terminal is over: it is in no call any more. */
  signedOut(
    terminal: Uint8Array,
    user: string,
    why: { readonly code: ErrorCode; readonly reason: string },
  ): Promise<void>
  close(): void
}

/** Milliseconds between two looks, at most, and as a part of the shortest time that is kept. Our choice. */
const LONGEST_MS = 10_000
const PART = 4
/** Sessions that one transaction notes as in use, so that others get their turn. Our choice. */
const AT_ONCE = 250

/** The watch of one node. */
export function watchOf(ports: CallPorts, closing: Closing): Watch {
  const { clock, config, failed, sessions, store } = ports
  const every = Math.min(LONGEST_MS, config.callIdleMs / PART, config.callLostMs / PART)

  const look = async (): Promise<void> => {
    const calls = await store.read(listCalls)
    const here = calls.filter(({ signalling }) => sessions.presentIn(signalling) !== undefined)
    // that for media too, though all may only listen
    const used = here.flatMap(({ signalling, media }) => [signalling, media])
    for (let at = 0; at < used.length; at += AT_ONCE)
      await store.write('soon', (db) =>
        touchSessions(db, used.slice(at, at + AT_ONCE), clock.wall()),
      )
    await store.write('soon', (db) => pullBackSessions(db, clock.wall()))
    const counts = await store.read(countAllMembers)
    for (const call of here)
      if (counts.get(hex(call.id)) !== sessions.presentIn(call.signalling)) await dismissLost(call)
    await dismissSignedOut()
    const before = clock.wall() - config.callIdleMs
    for (const call of await store.read((db) => idleCalls(db, before)))
      await closing.close(call, byServer('ERR_CALL_LOST'))
  }

  const dismissLost = async (call: CallKeys): Promise<void> => {
    const { id, signalling } = call
    await turn()
    for (const member of await store.read((db) => callMembers(db, id)))
      if ((sessions.absentMs(signalling, member.position) ?? 0) >= config.callLostMs)
        await closing.dismiss(call, member, byServer('ERR_CALL_LOST'))
  }

  /** Whoever lost their sign-in when nobody could follow it: the process ended just then. */
  const dismissSignedOut = async (): Promise<void> => {
    for (const member of await store.read((db) => signedOutMembers(db, clock.wall()))) {
      const call = await store.read((db) => findCall(db, member.call))
      if (call !== undefined) await closing.dismiss(call, member, byServer('ERR_SIGNIN_NONE'))
    }
  }

  const again = async (): Promise<void> => {
    try {
      await look()
    } finally {
      if (await store.read(hasCalls)) alarm.set(every)
    }
  }
  const alarm = alarmOf(clock, () => void again().catch(failed))

  return {
    begin: () => alarm.set(every),
    look,
    async signedOut(terminal, user, { code, reason }) {
      for (const member of await store.read((db) => callsAt(db, terminal))) {
        const call = await store.read((db) => findCall(db, member.call))
        if (call !== undefined && member.user === user)
          await closing.dismiss(call, member, { ...byServer(code), reason })
      }
    },
    close: () => alarm.stop(),
  }
}
