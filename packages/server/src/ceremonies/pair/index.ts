import { hex, unhex } from '@hufu/protocol/crypto'
import type { Answer, Fail, pairFromTerminal, Stands, Withdraw } from '@hufu/protocol/pair'
import type { MessageOf } from '@hufu/protocol/wire'
import type { Connection, Room } from '../../relay/connection.ts'
import { OPENER } from './acts.ts'
import { attemptsOf } from './attempts.ts'
import { meetingsOf } from './meetings.ts'
import { receiveClaim, renewNames } from './names.ts'
import {
  PAIR_ROOM,
  forAttempt,
  forOpener,
  subjectOfAttempt,
  type ForAttempt,
  type ForOpener,
} from './nodes.ts'
import type { PairPorts } from './ports.ts'
import { closeSlot, receiveOpen } from './slots.ts'
import { receiveAttend } from './users.ts'
import { nobodyWaiting, type Wait } from './waiting.ts'

/** What a terminal may say in this ceremony. */
export type PairMessage = MessageOf<(typeof pairFromTerminal)[number]>

/** The server's hands in `pair`: who waits, whom to ring, what to count. What must happen is decided in protocol. */
export interface PairCeremony extends Room {
  receive(connection: Connection, message: PairMessage): void | Promise<void>
  /** This user is signed in at that terminal no longer: it rings for them no more. */
  left(connection: Connection, user: string): void
  /** Whether this terminal rings for that user: a call does, too. */
  attends(connection: Connection, user: string): boolean
  /** Keeps what is in use. */
  sweep(): Promise<void>
}

/** The ceremony of one node. */
export function pairCeremony(ports: PairPorts): PairCeremony {
  const { bus, presence, sessions } = ports
  const waiting = nobodyWaiting()
  const meetings = meetingsOf(ports, waiting)
  const attempts = attemptsOf(ports, meetings, waiting)

  const tellAttempt = (pairing: string, message: ForAttempt): void =>
    bus.publish(subjectOfAttempt(pairing), forAttempt.encode(message))

  /** An attempt at this wait is over. A slot is used up by it, a meeting if it came about, a name never. */
  const release = (connection: Connection, wait: Wait, paired: boolean): void => {
    wait.pairing = undefined
    if (wait.kind === 'slot' || (wait.kind === 'meeting' && paired))
      waiting.remove(connection, wait)
  }

  const hear = (connection: Connection, message: ForOpener): void => {
    const pairing = hex(message.pairing)
    if (message.type === 'ring') {
      const { kind, at, type: _, ...ring } = message
      const wait = waiting.byAddress(connection, kind, at)
      if (wait === undefined || wait.pairing !== undefined)
        return tellAttempt(pairing, { type: 'gone', from: connection.terminal })
      wait.pairing = pairing
      return connection.send({ type: 'pair.ring', ref: wait.ref, ...ring })
    }
    const wait = waiting.byPairing(connection, pairing)
    if (wait === undefined) return
    const { session } = message
    release(connection, wait, session !== null)
    connection.send({ ...message, type: 'pair.verdict' })
    if (session !== null) sessions.admit(connection, session, OPENER)
  }

  /** What an opener does goes to where the attempt lives, which checks that it is the opener. */
  const openerActs = (
    connection: Connection,
    message: MessageOf<typeof Answer> | MessageOf<typeof Fail> | MessageOf<typeof Stands>,
  ): void => {
    const from = connection.terminal
    const pairing = hex(message.pairing)
    if (message.type === 'pair.answer') {
      const { share, associated, tag } = message
      return tellAttempt(pairing, { type: 'answer', from, share, associated, tag })
    }
    if (message.type === 'pair.stands') return tellAttempt(pairing, { type: 'stands', from })
    const wait = waiting.byPairing(connection, pairing)
    if (wait !== undefined) release(connection, wait, false)
    tellAttempt(pairing, { type: 'fail', from, reason: message.reason })
  }

  const withdraw = async (
    connection: Connection,
    { ref }: MessageOf<typeof Withdraw>,
  ): Promise<void> => {
    const wait = waiting.byRef(connection, ref)
    if (wait === undefined) return attempts.withdraw(connection, ref)
    waiting.remove(connection, wait)
    if (wait.pairing !== undefined)
      return tellAttempt(wait.pairing, { type: 'gone', from: connection.terminal })
    if (wait.kind === 'slot') await closeSlot(ports, wait.at)
  }

  presence.hear(PAIR_ROOM, (connection, octets) => {
    const message = forOpener.decode(octets)
    if (message.ok) hear(connection, message.value)
  })

  return {
    receive(connection, message) {
      switch (message.type) {
        case 'pair.open':
          return receiveOpen(ports, waiting, connection, message)
        case 'pair.claim':
          return receiveClaim(ports, waiting, connection, message)
        case 'pair.attend':
          return receiveAttend(ports, waiting, connection, message)
        case 'pair.meet':
          return meetings.receive(connection, message)
        case 'pair.withdraw':
          return withdraw(connection, message)
        case 'pair.request':
          return attempts.request(connection, message)
        case 'pair.confirm':
          return void attempts.step(connection, message)
        case 'pair.fail':
          if (!attempts.step(connection, message)) openerActs(connection, message)
          return
        case 'pair.answer':
        case 'pair.stands':
          return openerActs(connection, message)
      }
    },
    opened: (connection) => attempts.opened(connection),
    lost(connection) {
      for (const { pairing } of waiting.removeAll(connection))
        if (pairing !== undefined) tellAttempt(pairing, { type: 'gone', from: connection.terminal })
      attempts.lost(connection)
    },
    left(connection, user) {
      const wait = waiting.byAddress(connection, 'user', user)
      if (wait === undefined) return
      waiting.remove(connection, wait)
      if (wait.pairing === undefined) return
      tellAttempt(wait.pairing, { type: 'gone', from: connection.terminal })
      const over = { session: null, confirm: null, code: 'ERR_PAIR_ABANDONED' } as const
      connection.send({ type: 'pair.verdict', pairing: unhex(wait.pairing), ...over })
    },
    attends: (connection, user) => waiting.byAddress(connection, 'user', user) !== undefined,
    sweep: () => renewNames(ports, waiting),
  }
}
