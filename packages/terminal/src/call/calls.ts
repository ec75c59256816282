import {
  CALL_ID_OCTETS,
  hostSeat,
  memberSeat,
  MOST_RUNG,
  RANDOM_OCTETS,
  type CallTrust,
} from '@hufu/protocol/call'
import { hex, Secret } from '@hufu/protocol/crypto'
import {
  GROUP_DEFAULTS,
  type CallContext,
  type GroupPolicy,
  type ScheduleName,
} from '@hufu/protocol/group'
import {
  keyIdOf,
  verifyKey,
  type CertificateCache,
  type SecurityKey,
  type TrustedIssuer,
} from '@hufu/protocol/identity'
import { after, HufuError, isErrorCode, type ErrorCode } from '@hufu/protocol/wire'
import type { Line } from '../connection/line.ts'
import type { FromServer } from '../connection/messages.ts'
import type { Pins } from '../identity/pins.ts'
import { asking, type Answer } from './asking.ts'
import type { Call } from './call.ts'
import type { CallIdentity } from './events.ts'
import { ownMaker } from './own.ts'
import { peopleBy } from './people.ts'
import { runCall } from './running.ts'
import type { CallPorts, RunningCall } from './start.ts'

/*
 * Calls of a terminal: those that its user places, and those that ring here.
 */

export interface CallsOptions {
  /** It carries `ALL_MESSAGES`, and the key's user is signed in at its terminal. */
  readonly line: Line
  readonly key: SecurityKey
  /** Whom this terminal trusts to certify users. */
  readonly issuers: readonly TrustedIssuer[]
  /** Whom it has met; without them everybody is new. */
  readonly pins?: Pins
  /** Spares verifying again the certificates that were found good. */
  readonly cache?: CertificateCache
  /** Asked when a user comes with another key than before; refused if undefined. */
  readonly accept?: (changed: CallIdentity) => Promise<boolean>
  /** Somebody calls. Nobody is rung here if this is undefined. */
  readonly ringing?: (ring: RingingCall) => void
  /** False if others on the line ask to be rung, until {@link Calls.attend}; true if undefined. */
  readonly attends?: boolean
  readonly on?: (event: CallsEvent) => void
  /** The wall clock, the platform's if undefined. */
  readonly nowUnixMs?: () => number
  /** Frames are sealed and opened in the key's token (A15), which has shown that it can (`traffic.prove`). */
  readonly inToken?: boolean
  /** Makes a call's secret, 32 octets: the KEY does it where it can (A10), see `secretMaker`. */
  readonly makeSecret?: () => Secret
}

/** What happens by itself. */
export type CallsEvent =
  /** Whoever calls this user is heard here. */
  | { readonly type: 'attending'; readonly user: string }
  /** Nobody is. */
  | { readonly type: 'deaf'; readonly code: ErrorCode }
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly retryMs: number; readonly code: ErrorCode }

/** Calls over a line. */
export interface Calls {
  /**
   * Places a call (A7) and resolves once the users are rung.
   *
   * Rejects with {@link HufuError}: `ERR_CALL_…` or `ERR_SIGNIN_NONE` as the server refuses it; what the key refuses;
   * `ERR_UNREACHABLE`.
   */
  place(users: readonly string[], options?: PlaceOptions): Promise<Call>
  /** Asks to be rung from now on, or leaves that to others on the line: who calls is heard here either way. */
  attend(attends: boolean): void
  /** Leaves all calls at once, declines nothing, and gives up its share in the line. */
  close(): void
}

export interface PlaceOptions {
  /** Where the next key comes from. */
  readonly schedule?: ScheduleName
  /** When the key hops, and more, where it is not to be as by default. */
  readonly policy?: Partial<GroupPolicy>
  /** The server has KEYs sign before it rings anybody, or lets anybody in (A8). */
  readonly check?: boolean
}

/** Somebody calls, and this user may join. */
export interface RingingCall {
  /** 16 octets. */
  readonly call: Uint8Array
  readonly from: string
  /**
   * Whose key the caller's certificates name. That it is the caller who has that key is proved before anything is taken
   * from them; `ERR_…` if the certificates are not good.
   */
  readonly caller: CallIdentity | ErrorCode
  /** Milliseconds left to answer. */
  readonly ringMs: number
  /** Aborted when it rings here no longer; the reason is a {@link HufuError}. */
  readonly signal: AbortSignal
  /** Joins, and resolves once the server has let this end in. Rejects as {@link Calls.place}. */
  accept(): Promise<Call>
  decline(): void
}

/**
 * Starts on `line`. When the key's token is taken out, all calls end with its `ERR_HSM_ABSENT`.
 *
 * @throws {HufuError} `ERR_HSM_MECHANISM` if frames are to be sealed in a token and the key is in none.
 */
export function startCalls(options: CallsOptions): Calls {
  const { line, key, issuers, cache } = options
  const { clock, random, server } = line
  const { traffic } = key
  if (options.inToken === true && traffic === undefined)
    throw new HufuError('ERR_HSM_MECHANISM', 'this key is in no token that could seal frames')
  const nowUnixMs = options.nowUnixMs ?? Date.now
  const on = options.on ?? ((): void => undefined)
  const makeSecret = options.makeSecret ?? (() => new Secret(random(32)))
  const people = peopleBy(options.pins, nowUnixMs)
  const keyId = keyIdOf(key.publicKeys)
  const running = new Map<string, RunningCall>()
  const rings = new Map<string, AbortController>()
  const opening = new Set<PromiseWithResolvers<void>>()
  let attendRef = 0
  let attends = options.ringing !== undefined && options.attends !== false
  let over: HufuError | undefined
  const unwatch = traffic?.watch((error) => {
    for (const one of running.values()) one.call.abort(error)
    end(error)
  })

  const trust = (): CallTrust => ({
    issuers,
    nowUnixMs: nowUnixMs(),
    ...(cache === undefined ? {} : { cache }),
  })
  const self = async (): Promise<CallIdentity> => ({
    user: key.user,
    kind: key.kind,
    keyId,
    pinned: 'same',
    sinceUnixMs: nowUnixMs(),
  })

  const heard = (message: FromServer): void => {
    if (asks.message(message)) return
    for (const one of running.values()) one.message(message)
    switch (message.type) {
      case 'call.ring':
        if (options.ringing !== undefined) ring(message, options.ringing).catch(failed)
        return
      case 'call.stop': {
        const code = isErrorCode(message.code) ? message.code : 'ERR_CALL_WITHDRAWN'
        return stop(hex(message.call), new HufuError(code))
      }
      case 'pair.attending':
        if (message.ref === attendRef) on({ type: 'attending', user: message.user })
        return
      case 'refused':
        if (message.ref !== attendRef) return
        return on({
          type: 'deaf',
          code: isErrorCode(message.code) ? message.code : 'ERR_WIRE_UNEXPECTED',
        })
      case 'pair.ring':
        // whoever wants to pair does not find anybody here who knows a passphrase
        if (message.ref === attendRef)
          connection.send({ type: 'pair.fail', pairing: message.pairing, reason: 'declined' })
        return
      default:
    }
  }

  const attend = (): void => {
    attendRef = connection.nextRef()
    connection.send({ type: 'pair.attend', ref: attendRef })
  }

  const stop = (id: string, error: HufuError): void => {
    rings.get(id)?.abort(error)
    rings.delete(id)
  }

  const connection = line.share({
    open() {
      for (const waiter of opening) waiter.resolve()
      opening.clear()
      if (attends) attend()
      for (const one of running.values()) one.opened()
      on({ type: 'connected' })
    },
    lost(retryMs, { code }) {
      asks.lost(new HufuError('ERR_UNREACHABLE', 'the connection was lost before the answer'))
      for (const one of running.values()) one.lost()
      on({ type: 'lost', retryMs, code })
    },
    message: heard,
    data(handle, from, payload) {
      for (const one of running.values()) one.data(handle, from, payload)
    },
    closed: (error) => end(error),
  })
  const asks = asking(connection, clock)

  const end = (error: HufuError): void => {
    over ??= error
    unwatch?.()
    asks.lost(error)
    for (const waiter of opening) waiter.reject(error)
    opening.clear()
    for (const id of rings.keys()) stop(id, error)
    for (const one of running.values()) one.closed(error)
  }

  const ready = async (): Promise<void> => {
    if (over !== undefined) throw over
    if (connection.open) return
    const waiter = Promise.withResolvers<void>()
    opening.add(waiter)
    await waiter.promise
  }

  const ports: CallPorts = {
    server,
    clock,
    random,
    openSocket: line.openSocket,
    connection,
    asking: asks,
    key,
    ...(options.inToken === true && traffic !== undefined ? { load: traffic.bulkKey } : {}),
    people,
    trust,
    acceptsChanged: async (who) => (await options.accept?.(who)) === true,
  }

  const own = ownMaker({ key, keyId, terminal: connection.terminal, random, makeSecret })

  const run = (start: Parameters<typeof runCall>[0]): Call => {
    const one = runCall(start)
    const id = hex(start.id)
    running.set(id, one)
    void one.over.then(() => running.delete(id))
    return one.call
  }

  const place = async (
    users: readonly string[],
    { schedule = 'ratchet', policy, check = false }: PlaceOptions,
  ): Promise<Call> => {
    await ready()
    const context: CallContext = { call: random(CALL_ID_OCTETS), server: server.name }
    const r1 = random(RANDOM_OCTETS)
    const mine = await own.keys(context, { host: key.user, r1 })
    const known = await self()
    const { promise, resolve, reject } = Promise.withResolvers<Call>()
    const ref = connection.nextRef()
    const { call } = context
    const rung = users.slice(0, MOST_RUNG)
    const answered = (answer: Answer | HufuError): boolean => {
      if (answer instanceof HufuError) reject(answer)
      else if (answer.type === 'call.check') {
        own
          .checked(context, 'initiator', answer.challenge)
          .then(
            (proof) => connection.send({ type: 'call.check-answer', ref, call, check: proof }),
            reject,
          )
        return false
      } else if (answer.type === 'call.placed') {
        const { signalling, media } = answer
        const choice = { schedule, policy: { ...GROUP_DEFAULTS, ...policy } }
        const seat = hostSeat({ ...mine.seat(0), ...choice }, clock.now())
        const about = { id: call, seat, signalling, media, mediaKey: mine.media, r1 }
        resolve(run({ ...about, self: known, rung, ports }))
      } else reject(new HufuError('ERR_WIRE_UNEXPECTED', 'the server answers something else'))
      return true
    }
    asks.ask(
      {
        type: 'call.place',
        ref,
        call,
        users: rung,
        r1,
        certificates: key.certificates,
        media: mine.bundle.media,
        checkInitiator: check,
        checkMembers: check,
      },
      answered,
    )
    const placed = await promise
    if (users.length > rung.length) await placed.invite(users.slice(rung.length))
    return placed
  }

  const ring = async (
    message: Extract<FromServer, { type: 'call.ring' }>,
    tell: (ring: RingingCall) => void,
  ): Promise<void> => {
    const { call, from, ringMs } = message
    const id = hex(call)
    stop(id, new HufuError('ERR_CALL_WITHDRAWN'))
    const stopped = new AbortController()
    rings.set(id, stopped)
    const until = after(clock.now(), ringMs)
    const { issuers, nowUnixMs, cache } = trust()
    const shown = verifyKey(message.certificates, issuers, nowUnixMs, cache)
    const caller = !shown.ok
      ? shown.code
      : shown.value.user === from
        ? await people.look(shown.value)
        : 'ERR_CALL_PROOF'
    if (stopped.signal.aborted) return
    tell({
      call,
      from,
      caller,
      ringMs: until - clock.now(),
      signal: stopped.signal,
      accept: () => accept(message),
      decline() {
        if (!rings.delete(id)) return
        connection.send({ type: 'call.decline', call })
      },
    })
  }

  const accept = async ({
    call,
    from: host,
    server: dialled,
    r1,
    challenge,
  }: Extract<FromServer, { type: 'call.ring' }>): Promise<Call> => {
    await ready()
    const context: CallContext = { call, server: dialled }
    const mine = await own.keys(context, { host, r1 })
    const check = challenge === null ? null : await own.checked(context, 'member', challenge)
    const known = await self()
    const { promise, resolve, reject } = Promise.withResolvers<Call>()
    const ref = connection.nextRef()
    rings.delete(hex(call))
    asks.ask({ type: 'call.accept', ref, call, bundle: mine.bundle, check }, (answer) => {
      if (answer instanceof HufuError) reject(answer)
      else if (answer.type === 'call.joined') {
        const { index, host: hostIndex, signalling, media } = answer
        const seat = memberSeat({ ...mine.seat(index), host: hostIndex })
        const about = { id: call, seat, signalling, media, mediaKey: mine.media, r1 }
        resolve(run({ ...about, self: known, rung: [], ports }))
      } else reject(new HufuError('ERR_WIRE_UNEXPECTED', 'the server answers something else'))
      return true
    })
    return promise
  }

  const failed = (error: unknown): void =>
    on({ type: 'deaf', code: error instanceof HufuError ? error.code : 'ERR_INTERNAL' })

  return {
    place: (users, options = {}) => place(users, options),
    attend(wanted) {
      if (wanted === attends) return
      attends = wanted
      if (wanted) attend()
      else connection.send({ type: 'pair.withdraw', ref: attendRef })
    },
    close() {
      for (const one of running.values()) one.call.abort()
      connection.close()
      end(new HufuError('ERR_INTERRUPTED'))
    },
  }
}
