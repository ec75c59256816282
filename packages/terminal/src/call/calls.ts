import type { CallTrust } from '@hufu/protocol/call'
import { hex, Secret } from '@hufu/protocol/crypto'
import {
  keyIdOf,
  type CertificateCache,
  type SecurityKey,
  type TrustedIssuer,
} from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { Line } from '../connection/line.ts'
import type { FromServer } from '../connection/messages.ts'
import type { Pins } from '../identity/pins.ts'
import { asking } from './asking.ts'
import { attendingOf, type CallsEvent } from './attending.ts'
import type { Call } from './call.ts'
import type { CallIdentity } from './events.ts'
import { ownMaker } from './own.ts'
import { peopleBy } from './people.ts'
import { placeCall, type BeginningPorts, type PlaceOptions } from './placing.ts'
import { ringingOf, type RingingCall } from './ringing.ts'
import { runCall } from './running.ts'
import type { CallPorts, RunningCall } from './start.ts'

export type { CallsEvent, PlaceOptions, RingingCall }

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
  const opening = new Set<PromiseWithResolvers<void>>()
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

  const heard = (message: FromServer): void => {
    if (asks.message(message)) return
    for (const one of running.values()) one.message(message)
    switch (message.type) {
      case 'call.ring':
        if (options.ringing !== undefined) rings.ring(message, options.ringing).catch(failed)
        return
      case 'call.stop':
        return rings.stop(message.call, message.code)
      default:
        attending.heard(message)
    }
  }

  const connection = line.share({
    open() {
      for (const waiter of opening) waiter.resolve()
      opening.clear()
      attending.opened()
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
  const attends = options.ringing !== undefined && options.attends !== false
  const attending = attendingOf({ connection, attends, on })

  const end = (error: HufuError): void => {
    over ??= error
    unwatch?.()
    asks.lost(error)
    for (const waiter of opening) waiter.reject(error)
    opening.clear()
    rings.stopAll(error)
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

  const beginning: BeginningPorts = {
    ports,
    own: ownMaker({ key, keyId, terminal: connection.terminal, random, makeSecret }),
    self: () => ({
      user: key.user,
      kind: key.kind,
      keyId,
      pinned: 'same',
      sinceUnixMs: nowUnixMs(),
    }),
    ready,
    run(start) {
      const one = runCall(start)
      const id = hex(start.id)
      running.set(id, one)
      void one.over.then(() => running.delete(id))
      return one.call
    },
  }
  const rings = ringingOf(beginning)

  const failed = (error: unknown): void =>
    on({ type: 'deaf', code: error instanceof HufuError ? error.code : 'ERR_INTERNAL' })

  return {
    place: (users, chosen = {}) => placeCall(beginning, users, chosen),
    attend: (wanted) => attending.attend(wanted),
    close() {
      for (const one of running.values()) one.call.abort()
      connection.close()
      end(new HufuError('ERR_INTERRUPTED'))
    },
  }
}
