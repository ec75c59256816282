import { parseUserId } from '@hufu/protocol/identity'
import {
  NO_CHALLENGES,
  issueChallenge,
  judge,
  judgeChip,
  takeChallenge,
  type Ask,
  type Challenges,
  type EnrolChip,
  type OpenChallenge,
  type Proved,
  type Prove,
  type ProveChip,
} from '@hufu/protocol/signin'
import type { MessageOf, Outcome } from '@hufu/protocol/wire'
import type { Answered, IssuedBody } from '../../authority/authority.ts'
import { isNearEnd } from '../../authority/renewal.ts'
import { chipPlace } from '../../authority/users.ts'
import { sourceRates } from '../../admin/source-rates.ts'
import type { Connection, Room } from '../../relay/connection.ts'
import { touchBinding } from '../../store/bindings.ts'
import { chipUser } from '../../store/chips.ts'
import type { Ending } from '../../store/endings.ts'
import { visitors } from '../../store/visits.ts'
import { bindUser, releaseTerminal, type Signer } from './bind.ts'
import { endingsOf } from './endings.ts'
import { tryInvitation } from './enrol.ts'
import { revokeOwnKey } from './keys.ts'
import { placeOf, refuse, type SigninMessage, type SigninPorts } from './ports.ts'
import { sweepBindings } from './sweep.ts'
import { showKeys, showSealed, showWhere } from './where.ts'

export type { SigninMessage } from './ports.ts'

/** The server's hands in `signin`. What a proof is worth is decided in protocol; what follows from it, here. */
export interface SigninCeremony extends Room {
  receive(connection: Connection, message: SigninMessage): void | Promise<void>
  /** Terminals are told that their users' sign-ins were ended. To be called when the transaction that did it stands. */
  tell(endings: readonly Ending[]): void
  stop(): void
}

/** Users that are offered at a terminal: as many as the message holds. */
const MOST_OFFERED = 8
/** How many more than its lasting rate a source may send at once. */
const BURST = 4

/** What is known of a connection that has had to do with sign-ins. */
interface Here {
  challenges: Challenges
  /** A user was signed in when it was last looked at. */
  bound: boolean
}

/** The ceremony of one node. */
export function signinCeremony(ports: SigninPorts): SigninCeremony {
  const { authority, clock, config, random, store, vault } = ports
  const rates = sourceRates(config.signinsPerSecond, BURST * config.signinsPerSecond)
  const limits = { lifetimeMs: config.challengeMs, most: config.challengesPerConnection }
  const endings = endingsOf(ports)
  // a connection that is gone takes its challenges with it
  const all = new WeakMap<Connection, Here>()
  const hereOf = (connection: Connection): Here => {
    const known = all.get(connection) ?? { challenges: NO_CHALLENGES, bound: false }
    all.set(connection, known)
    return known
  }
  const take = (
    connection: Connection,
    ref: number,
    by: 'key' | 'chip',
  ): Outcome<OpenChallenge> => {
    const here = hereOf(connection)
    const { challenges, taken } = takeChallenge(here.challenges, { ref, by }, clock.now())
    here.challenges = challenges
    return taken
  }
  const grounds = (connection: Connection) => ({
    place: placeOf(ports, connection),
    ...authority.trust(),
  })

  const ask = async (connection: Connection, message: MessageOf<typeof Ask>): Promise<void> => {
    const { ref, by } = message
    const { terminal } = connection
    const typed = message.user === null ? null : parseUserId(message.user, authority.namespace)
    if (typed?.ok === false) return refuse(connection, ref, typed.code)
    const found = await store.read(async (db) => ({
      untold: await endings.untold(db, terminal),
      chip: by === 'chip' ? await chipUser(db, terminal) : undefined,
      offered: by === 'key' && typed === null ? await visitors(db, terminal, MOST_OFFERED) : [],
    }))
    if (found.untold !== undefined) endings.catchUp(connection, found.untold)
    if (by === 'chip' && found.chip === undefined)
      return refuse(connection, ref, 'ERR_CHIP_UNKNOWN')
    const user = found.chip ?? typed?.value ?? null
    const here = hereOf(connection)
    const asked = { ...message, user }
    const { challenges, issued } = issueChallenge(here.challenges, asked, clock.now(), {
      random,
      limits,
    })
    here.challenges = challenges
    const { challenge } = issued
    const { offered } = found
    const { lifetimeMs } = limits
    connection.send({ type: 'signin.challenge', ref, challenge, user, offered, lifetimeMs })
  }

  const signIn = async (connection: Connection, ref: number, signer: Signer): Promise<void> => {
    const bound = await bindUser(ports, connection.terminal, signer)
    if (!bound.ok) return refuse(connection, ref, bound.code)
    hereOf(connection).bound = true
    const { user, by, since, expires } = bound.binding
    const renew =
      signer.by === 'key' &&
      signer.key.kind !== 'outside' &&
      isNearEnd(signer.key.expires, clock.wall(), config.certificateLifetimeMs)
    connection.send({ type: 'signin.bound', ref, user, by, since, expires, renew })
    endings.tell(bound.endings)
  }

  const release = async (
    connection: Connection,
    ref: number,
    signer: Signer,
    terminal: Uint8Array,
  ): Promise<void> => {
    const released = await releaseTerminal(ports, terminal, signer, connection.terminal)
    if (!released.ok) return refuse(connection, ref, released.code)
    if (released.endings.length === 0) {
      hereOf(connection).bound = false
      ports.left(connection, signer.user)
      const { user } = signer
      ports.ended([{ terminal, user, code: 'ERR_BINDING_RELEASED', reason: '' }])
    }
    connection.send({ type: 'signin.done', ref })
    endings.tell(released.endings)
  }

  const follow = async (
    connection: Connection,
    ref: number,
    { asked, message, proved }: Answered<MessageOf<typeof Prove>> & { readonly proved: Proved },
  ): Promise<void> => {
    const { act, key, subject } = proved
    const signer = { by: 'key', user: key.user, key } as const
    switch (act) {
      case 'sign-in':
        return signIn(connection, ref, signer)
      case 'release':
        return release(connection, ref, signer, subject)
      case 'renew': {
        const place = placeOf(ports, connection)
        const renewed = await authority.renew(place, key, { asked, message })
        if (!renewed.ok) return refuse(connection, ref, renewed.code)
        const issued = { ...renewed.value, issuers: authority.told(), tag: null }
        return connection.send({ type: 'signin.issued', ref, ...issued })
      }
      case 'revoke-key': {
        const revoked = await revokeOwnKey(ports, key, subject)
        if (!revoked.ok) return refuse(connection, ref, revoked.code)
        authority.revoked()
        connection.send({ type: 'signin.done', ref })
        return endings.tell(revoked.value)
      }
    }
  }

  const prove = (
    connection: Connection,
    message: MessageOf<typeof Prove>,
  ): void | Promise<void> => {
    const { ref } = message
    const asked = take(connection, ref, 'key')
    if (!asked.ok) return refuse(connection, ref, asked.code)
    const proved = judge(asked.value, message, grounds(connection))
    if (!proved.ok) return refuse(connection, ref, proved.code)
    return follow(connection, ref, { asked: asked.value, message, proved: proved.value })
  }

  const proveChip = async (
    connection: Connection,
    message: MessageOf<typeof ProveChip>,
  ): Promise<void> => {
    const { ref } = message
    const { terminal } = connection
    const asked = take(connection, ref, 'chip')
    if (!asked.ok) return refuse(connection, ref, asked.code)
    const [user, kept] = await store.read(async (db) => [
      await chipUser(db, terminal),
      await vault.open(db, chipPlace(terminal)),
    ])
    if (user === undefined || kept === undefined) return refuse(connection, ref, 'ERR_CHIP_UNKNOWN')
    using key = kept
    const proved = judgeChip(asked.value, message, placeOf(ports, connection), { user, key })
    if (!proved.ok) return refuse(connection, ref, proved.code)
    const signer = { by: 'chip', user } as const
    return proved.value.act === 'sign-in'
      ? signIn(connection, ref, signer)
      : release(connection, ref, signer, terminal)
  }

  const issuedOr = async (
    connection: Connection,
    ref: number,
    made: Promise<Outcome<IssuedBody>>,
  ): Promise<void> => {
    const outcome = await made
    if (!outcome.ok) return refuse(connection, ref, outcome.code)
    connection.send({ type: 'signin.issued', ref, ...outcome.value })
  }

  const enrolChipHere = async (
    connection: Connection,
    message: MessageOf<typeof EnrolChip>,
  ): Promise<void> => {
    const enrolled = await tryInvitation(ports, connection, () =>
      authority.enrolChip(placeOf(ports, connection), message),
    )
    if (!enrolled.ok) return refuse(connection, message.ref, enrolled.code)
    connection.send({ type: 'signin.done', ref: message.ref })
  }

  const where = async (connection: Connection, ref: number): Promise<void> => {
    hereOf(connection).bound = await showWhere(ports, endings, connection, ref)
  }

  const handle = (connection: Connection, message: SigninMessage): void | Promise<void> => {
    switch (message.type) {
      case 'signin.ask':
        return ask(connection, message)
      case 'signin.prove':
        return prove(connection, message)
      case 'signin.chip':
        return proveChip(connection, message)
      case 'signin.enrol':
        return issuedOr(
          connection,
          message.ref,
          tryInvitation(ports, connection, () =>
            authority.enrol(placeOf(ports, connection), message),
          ),
        )
      case 'signin.add': {
        const asked = take(connection, message.ref, 'key')
        if (!asked.ok) return refuse(connection, message.ref, asked.code)
        const further = { asked: asked.value, message }
        const added = authority.addKey(placeOf(ports, connection), further)
        return issuedOr(connection, message.ref, added)
      }
      case 'signin.enrol-chip':
        return enrolChipHere(connection, message)
      case 'signin.where':
        return where(connection, message.ref)
      case 'signin.unseal':
        return showSealed(ports, connection, message)
      case 'signin.keys':
        return showKeys(ports, connection, message.ref)
    }
  }

  const stopSweep = sweepBindings(ports, endings.tell)
  return {
    receive(connection, message) {
      if (rates.take(connection.source, clock.now())) return handle(connection, message)
      ports.throttled()
      return refuse(connection, message.ref, 'ERR_RATE')
    },
    tell: endings.tell,
    opened: () => undefined,
    lost(connection) {
      if (all.get(connection)?.bound !== true) return
      const now = clock.wall()
      store.write('soon', (db) => touchBinding(db, connection.terminal, now)).catch(ports.failed)
    },
    stop: stopSweep,
  }
}
