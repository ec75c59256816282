import type { AddressInfo } from 'node:net'
import { HufuError, after } from '@hufu/protocol/wire'
import { adminOf, gaugesOf } from './admin/index.ts'
import { startAudit } from './audit/audit.ts'
import { auditKey } from './audit/key.ts'
import { recordStart, recordStop } from './audit/life.ts'
import { openAuthority } from './authority/own.ts'
import { sweepAuthority } from './authority/sweep.ts'
import { tokenRootOf } from './authority/token-root.ts'
import { guarded, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { sourcesBehind } from './gateway/source.ts'
import { httpServer } from './http/http.ts'
import { listen, urlHost } from './http/listening.ts'
import { pagesOf } from './http/pages.ts'
import { loggerAt } from './log.ts'
import { metricsOf } from './metrics.ts'
import type { Server, ServerOptions } from './server.ts'
import { tellHolder } from './store/lock.ts'
import { keyedStore } from './store/store.ts'
import { sweepStore } from './store/sweep.ts'
import { certificateOf } from './tls/certificate.ts'
import { localKey, tlsKey } from './vault/own-secrets.ts'
import { openSafe, type Safe } from './vault/safe.ts'

/** What whoever finds the data folder taken is told of us. */
const DOES = 'hufu authority'
/** Milliseconds between two sweeps of what has had its time. Our choice. */
const SWEEP_MS = 600_000
const NOWHERE = '0.0.0.0'
/** No terminal comes here. */
const NOTHING = { connections: () => 0, sessions: () => 0 }

/**
 * Starts an authority that is apart from the servers that it certifies for: users, invitations, issuers and the issuing key,
 * the operator's API over them, and what those servers ask. No terminal connects to it.
 *
 * @throws {HufuError} as `startServer`.
 */
export async function startAuthority(config: Config, options: ServerOptions = {}): Promise<Server> {
  if (config.authority !== '')
    throw new HufuError(
      'ERR_CONFIG',
      'authority: an authority asks no other; leave the setting to the servers that ask this one',
    )
  const safe = await openSafe(config, DOES)
  try {
    return await startOver(safe, config, options)
  } catch (error) {
    await safe.close()
    throw error
  }
}

async function startOver(safe: Safe, config: Config, options: ServerOptions): Promise<Server> {
  const logger = options.logger ?? loggerAt(config.log)
  let state: 'up' | 'draining' | 'down' = 'up'
  const failed = (error: unknown): void => {
    if (state !== 'down') logger.error({ err: error }, 'something failed')
  }
  const clock = guarded(options.clock ?? systemClock, failed)
  const sourceOf = sourcesBehind(config.trustedProxies)
  const { vault } = safe
  if (vault.madeAt !== undefined)
    logger.warn(
      { masterKey: vault.madeAt },
      'a master key was made; keep a copy apart from backups: without it what is stored is lost, and with it a backup can be read',
    )
  const keyed = keyedStore(safe.store, await localKey(safe.store, vault))
  const certificate = await certificateOf(config, tlsKey(safe.store, vault))
  const key = await auditKey(safe.store, vault)
  const unmarked = (error: unknown): void =>
    logger.error({ err: error }, 'no mark could be made of the audit record')
  const audit = await startAudit({ store: keyed, clock, logger, config, key, failed: unmarked })
  const metrics = metricsOf(NOTHING)
  const gauges = gaugesOf(NOTHING, () => metrics.counts())
  const store = gauges.timed(keyed)
  const token = tokenRootOf(config)
  const authority = await openAuthority({ store, vault, clock, config, audit, token })
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
      trusts: (peer) => sourceOf(peer, NOWHERE) === NOWHERE,
    },
    sourceOf,
    users: { authority, isThere: () => false, tell: () => undefined },
    certifying: authority,
    state: () => (state === 'up' ? 'up' : 'draining'),
    traffic: () => undefined,
    failed,
  })
  const http = httpServer({
    // the operator's console, and nothing for terminals
    pages: new Map([...pagesOf(config.web)].filter(([path]) => !TERMINALS.has(path))),
    metrics,
    api: admin.api,
    authority,
    metricsToken: config.metricsToken,
    certificate,
    ready: async () => state === 'up' && (await store.usable()),
    failed,
  })
  const closeAll = async (): Promise<void> => {
    await admin.stop()
    await authority.close()
    await audit.close()
  }
  try {
    // at the start, so that whoever has chosen a key that is not there learns it from who starts it
    await authority.ownCertificate()
    await listen(http, config)
    await recordStart(store, audit, config)
  } catch (error) {
    http.close()
    await closeAll()
    throw error
  }

  const sweep = async (): Promise<void> => {
    await store.write('soon', (db) => sweepStore(db, config, clock.wall()))
    await sweepAuthority(store, vault, clock.wall())
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
  let stopped: Promise<void> | undefined
  const stop = async (patienceMs: number): Promise<void> => {
    state = 'draining'
    const closed = new Promise((resolve) => http.close(resolve))
    http.closeIdleConnections()
    const cancel = clock.wake(after(clock.now(), patienceMs), () => http.closeAllConnections())
    if (patienceMs === 0) http.closeAllConnections()
    await closed
    cancel()
    cancelSweep()
    state = 'down'
    await recordStop(store, audit).catch((error: unknown) =>
      logger.error({ err: error }, 'the audit record lacks this stop'),
    )
    await closeAll()
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
    drain: () => (stopped ??= stop(config.closingMs)),
    close: () => (stopped ??= stop(0)),
  }
}

const TERMINALS: ReadonlySet<string> = new Set(['/', '/index.html'])
