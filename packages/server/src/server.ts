import type { AddressInfo } from 'node:net'
import { random } from '@hufu/protocol/crypto'
import { after } from '@hufu/protocol/wire'
import type { Logger } from 'pino'
import { adminOf, countedBus, gaugesOf } from './admin/index.ts'
import { startAudit, type Audit } from './audit/audit.ts'
import { auditKey } from './audit/key.ts'
import { recordStart, recordStop } from './audit/life.ts'
import { sweepAuthority } from './authority/sweep.ts'
import type { Authority } from './authority/authority.ts'
import { authorityApart } from './authority/apart/apart.ts'
import { linkTo } from './authority/apart/link.ts'
import { openAuthority, type OwnAuthorityPorts } from './authority/own.ts'
import { tokenRootOf } from './authority/token-root.ts'
import { callCeremony, type CallCeremony } from './ceremonies/call/index.ts'
import type { CallFromTerminal } from '@hufu/protocol/call'
import { pairCeremony, type PairCeremony } from './ceremonies/pair/index.ts'
import {
  signinCeremony,
  type SigninCeremony,
  type SigninMessage,
} from './ceremonies/signin/index.ts'
import { guarded, systemClock, type Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Connection } from './relay/connection.ts'
import type { House, RoomMessage } from './gateway/connection.ts'
import { gatewayTo } from './gateway/gateway.ts'
import { sourcesBehind } from './gateway/source.ts'
import { httpServer } from './http/http.ts'
import { listen, urlHost } from './http/listening.ts'
import { pagesOf } from './http/pages.ts'
import { loggerAt } from './log.ts'
import { metricsOf } from './metrics.ts'
import { inProcessBus } from './relay/inprocess.ts'
import { presenceOver, type Presence } from './relay/presence.ts'
import { sessionsOver, type Sessions } from './relay/sessions.ts'
import { countCalls } from './store/calls.ts'
import type { Ending } from './store/endings.ts'
import { tellHolder } from './store/lock.ts'
import { keyedStore, type KeyedStore } from './store/store.ts'
import { sweepStore } from './store/sweep.ts'
import { certificateOf, type Certificate } from './tls/certificate.ts'
import { localKey, tlsKey } from './vault/own-secrets.ts'
import { openSafe } from './vault/safe.ts'

/** A running server. */
export interface Server {
  /** Where it listens, as a browser takes it. */
  readonly url: string
  readonly port: number
  /** What others have to trust, where the certificate is of our own making. */
  readonly authority: Certificate['authority']
  /** What opens the first account, as long as nobody can sign in. To be shown once, here and nowhere else. */
  readonly setupCode: { readonly code: string; readonly expires: number } | undefined
  /**
   * Stops in good order: lets nobody in, tells terminals to come back in a while, closes their sockets (1012), and resolves
   * when everything is on disk and every file closed.
   */
  drain(): Promise<void>
  /** Stops at once, and resolves as {@link drain} does. */
  close(): Promise<void>
}

export interface ServerOptions {
  /** Instead of JSON on stderr. */
  readonly logger?: Logger
  /** Instead of the machine's clocks: for tests. */
  readonly clock?: Clock
}

/** Milliseconds between two sweeps of what has had its time. Our choice. */
const SWEEP_MS = 600_000
/** What whoever finds the data folder taken is told of us. */
const DOES = 'hufu serve'
/** An address that nobody comes from. */
const NOWHERE = '0.0.0.0'

/**
 * Starts a server: the only place that knows every room.
 *
 * @throws {HufuError} `ERR_LISTEN` (the address cannot be had), `ERR_DATA_FOLDER`, `ERR_STORE_VERSION`, `ERR_CONFIG`,
 *   `ERR_AUDIT_KEY`, `ERR_VAULT_KEY`, `ERR_VAULT_FILE`, `ERR_VAULT_DAMAGED`, `ERR_HSM_…`.
 */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  const logger = options.logger ?? loggerAt(config.log)
  let state: 'up' | 'draining' | 'down' = 'up'
  const failed = (error: unknown): void => {
    // whoever was in the middle of something when the store closed
    if (state !== 'down') logger.error({ err: error }, 'something failed')
  }
  const clock = guarded(options.clock ?? systemClock, failed)
  const sourceOf = sourcesBehind(config.trustedProxies)
  const pages = pagesOf(config.web)
  const safe = await openSafe(config, DOES)
  const authorityOf = async (
    own: Pick<OwnAuthorityPorts, 'store' | 'vault' | 'clock' | 'audit'>,
  ): Promise<Authority> => {
    if (config.authority === '')
      return openAuthority({ ...own, config, token: tokenRootOf(config) })
    const link = await linkTo(config)
    const tell = (endings: readonly Ending[]): void => signin.tell(endings)
    return authorityApart({ ...own, config, link, logger, tell, failed })
  }
  const opened = async (): Promise<
    readonly [KeyedStore, Certificate | undefined, Authority, Audit]
  > => {
    const { store, vault } = safe
    const keyed = keyedStore(store, await localKey(store, vault))
    const certificate = await certificateOf(config, tlsKey(store, vault))
    const key = await auditKey(store, vault)
    const unmarked = (error: unknown): void =>
      logger.error({ err: error }, 'no mark could be made of the audit record')
    const audit = await startAudit({ store, clock, logger, config, key, failed: unmarked })
    return [keyed, certificate, await authorityOf({ store, vault, clock, audit }), audit]
  }
  const [keyed, certificate, authority, audit] = await opened().catch(async (error: unknown) => {
    await safe.close()
    throw error
  })
  const { madeAt } = safe.vault
  if (madeAt !== undefined)
    logger.warn(
      { masterKey: madeAt },
      'a master key was made; keep a copy apart from backups: without it what is stored is lost, and with it a backup can be read',
    )
  const { bus, traffic } = countedBus(inProcessBus(failed))
  const presence = presenceOver(bus)
  const inUse = {
    connections: () => gateway.count(),
    sessions: () => sessions.count(),
    calls: () => keyed.read(countCalls),
  }
  const metrics = metricsOf(inUse)
  const gauges = gaugesOf(inUse, () => metrics.counts())
  const store = gauges.timed(keyed)
  const sessions = sessionsOver({ bus, store, clock, counts: metrics.relay, config })
  const pair = pairCeremony({
    config,
    clock,
    random,
    bus,
    presence,
    sessions,
    store,
    ended(outcome, times) {
      metrics.pairing(outcome, times)
      if (times !== undefined) gauges.paired(times)
    },
    throttled() {
      metrics.throttled()
      logger.warn('somebody was throttled for too many attempts to pair')
    },
    failed,
  })
  const signin = signinCeremony({
    config,
    clock,
    random,
    presence,
    store,
    vault: safe.vault,
    audit,
    authority,
    left: (connection, user) => pair.left(connection, user),
    ended(endings) {
      for (const { terminal, user, code, reason } of endings)
        call.signedOut(terminal, user, { code, reason }).catch(failed)
    },
    throttled() {
      metrics.throttled()
      logger.warn('somebody was throttled for too many attempts to sign in or enrol')
    },
    failed,
  })
  const call = callCeremony({
    config,
    clock,
    random,
    presence,
    sessions,
    store,
    audit,
    authority,
    counts: metrics.calls,
    attends: (connection, user) => pair.attends(connection, user),
    failed,
  })
  const gateway = gatewayTo(
    {
      config,
      clock,
      server: { serverId: store.serverId, bootId: random(8), names: config.names },
      house: houseOf({ presence, sessions, pair, signin, call }),
      ended(code, wasOpen) {
        metrics.ended(code, !wasOpen)
        logger.debug({ code }, 'a connection was ended')
      },
      failed,
    },
    sourceOf,
  )
  const admin = adminOf({
    store,
    audit,
    clock,
    config,
    safe,
    metrics,
    gauges,
    own: {
      names: config.names,
      tls: certificate !== undefined,
      // only a trusted peer's word on where a request comes from is taken
      trusts: (peer) => sourceOf(peer, NOWHERE) === NOWHERE,
    },
    sourceOf,
    users: {
      authority,
      isThere: (terminal) => presence.isThere(terminal),
      tell: (endings) => signin.tell(endings),
    },
    calls: {
      forget: call.forget,
      tellOver: call.tellOver,
      isThere: (terminal) => presence.isThere(terminal),
    },
    state: () => (state === 'up' ? 'up' : 'draining'),
    traffic,
    failed,
  })
  const http = httpServer({
    pages,
    metrics,
    api: admin.api,
    authority,
    metricsToken: config.metricsToken,
    certificate,
    ready: async () => state === 'up' && (await store.usable()),
    failed,
  })
  http.on('upgrade', gateway.upgrade)
  try {
    await listen(http, config)
    await recordStart(store, audit, config)
  } catch (error) {
    http.close()
    signin.stop()
    call.stop()
    await admin.stop()
    await authority.close()
    await audit.close()
    await safe.close()
    throw error
  }

  const sweep = async (): Promise<void> => {
    await Promise.all([sessions.sweep(), pair.sweep()])
    await store.write('soon', (db) => sweepStore(db, config, clock.wall()))
    await sweepAuthority(store, safe.vault, clock.wall())
    await store.write('soon', (db) => admin.sweep(db))
    await audit.sweep()
  }
  let cancelSweep: () => void
  const sweepLater = (): void => {
    cancelSweep = clock.wake(after(clock.now(), SWEEP_MS), () => {
      sweep().catch(failed)
      sweepLater()
    })
  }
  sweepLater()

  admin.resume()
  call.resume().catch(failed)
  let stopped: Promise<void> | undefined
  const stop = async (spreadMs: number, patienceMs: number): Promise<void> => {
    state = 'draining'
    const closed = new Promise((resolve) => http.close(resolve))
    gateway.drain(spreadMs)
    const dropAll = (): void => {
      gateway.terminate()
      http.closeAllConnections()
    }
    http.closeIdleConnections()
    if (patienceMs === 0) dropAll()
    const cancel = clock.wake(after(clock.now(), patienceMs), dropAll)
    await closed
    cancel()
    cancelSweep()
    signin.stop()
    call.stop()
    state = 'down'
    await bus.close()
    await admin.stop()
    await authority.close()
    await recordStop(store, audit).catch((error: unknown) =>
      logger.error({ err: error }, 'the audit record lacks this stop'),
    )
    await audit.close()
    await safe.close()
    logger.info('stopped')
  }
  const setupCode = await admin.firstCode()
  const { port } = http.address() as AddressInfo
  const scheme = certificate === undefined ? 'http' : 'https'
  const url = `${scheme}://${urlHost(config.listen.host)}:${port}`
  tellHolder(config.data, DOES, url)
  logger.info({ url }, 'listening')
  return {
    url,
    port,
    authority: certificate?.authority,
    setupCode,
    drain: () => (stopped ??= stop(config.drainSpreadMs, config.closingMs)),
    close: () => (stopped ??= stop(0, 0)),
  }
}

interface Rooms {
  readonly presence: Presence
  readonly sessions: Sessions
  readonly pair: PairCeremony
  readonly signin: SigninCeremony
  readonly call: CallCeremony
}

/** Which room hears what. */
function houseOf({ presence, sessions, pair, signin, call }: Rooms): House {
  const rooms = [signin, pair, call, sessions, presence]
  const attend = async (connection: Connection, message: RoomMessage): Promise<void> => {
    await pair.receive(connection, message as Parameters<typeof pair.receive>[1])
    await call.attending(connection)
  }
  const leave = async (
    connection: Connection,
    message: Extract<RoomMessage, { type: 'session.leave' }>,
  ): Promise<void> => {
    if (await call.leftSession(connection, message.session)) return
    await sessions.receive(connection, message)
  }
  return {
    opened(connection) {
      for (const room of rooms) room.opened(connection)
    },
    lost(connection) {
      for (const room of rooms) room.lost(connection)
    },
    receive(connection, message) {
      if (message.type === 'session.enter') return sessions.receive(connection, message)
      if (message.type === 'session.leave') return leave(connection, message)
      if (isCall(message)) return call.receive(connection, message)
      if (isSignin(message)) return signin.receive(connection, message)
      if (message.type === 'pair.attend') return attend(connection, message)
      return pair.receive(connection, message)
    },
    data: (connection, handle, payload, to) => sessions.data(connection, handle, payload, to),
  }
}

function isCall(message: RoomMessage): message is CallFromTerminal {
  return message.type.startsWith('call.')
}

function isSignin(message: RoomMessage): message is SigninMessage {
  return message.type.startsWith('signin.')
}
