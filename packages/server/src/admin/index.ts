import type { Metrics } from '../metrics.ts'
import type { SourceOf } from '../gateway/source.ts'
import type { Db } from '../store/schema.ts'
import { countOpenSlots } from '../store/slots.ts'
import type { RotatedSafe } from '../vault/rotation.ts'
import { granted, recorded, type ActPorts } from './act.ts'
import type { Traffic } from './bus-traffic.ts'
import { API_PATH, apiOver, type Api } from './api.ts'
import { issueCode } from './codes.ts'
import type { Gauges } from './gauges.ts'
import { historyOf } from './history.ts'
import { sweepOperators } from './identity.ts'
import { openApi } from './openapi.ts'
import { passphrases, type Passphrases } from './passphrase.ts'
import { route, type Route } from './route.ts'
import { auditRoutes } from './routes/audit.ts'
import { bindingRoutes } from './routes/bindings.ts'
import { callRoutes, type CallRoutePorts } from './routes/calls.ts'
import { issuerRoutes } from './routes/issuers.ts'
import { keyRoutes } from './routes/keys.ts'
import { relayRoutes, type RelayPorts } from './routes/relays.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { operatorRoutes } from './routes/operators.ts'
import { ownRoutes } from './routes/own.ts'
import { sessionRoutes } from './routes/session.ts'
import { sessionListRoutes } from './routes/sessions.ts'
import { hasNoOperator, setupRoutes } from './routes/setup.ts'
import { statusRoutes } from './routes/status.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { userRoutes, type UserPorts } from './routes/users.ts'
import { vaultRoutes } from './routes/vault.ts'
import type { Schema } from './schema.ts'
import { setupCodeTaker } from './setup.ts'
import { versionOfServer } from '../version.ts'
import { vaultDesk } from './vault-desk.ts'
import type { Own } from './visit.ts'

export { countedBus } from './bus-traffic.ts'
export { gaugesOf, type Gauges } from './gauges.ts'

/** What the operator's part of a server needs of the rest. */
export interface AdminPorts extends ActPorts {
  readonly safe: RotatedSafe
  readonly metrics: Metrics
  readonly gauges: Gauges
  readonly own: Own
  readonly sourceOf: SourceOf
  /** Who may sign in, and who has. */
  readonly users: Pick<UserPorts, 'authority' | 'isThere' | 'tell'>
  /** Who talks, and how that is ended; left out: nobody does. */
  readonly calls?: Pick<CallRoutePorts, 'forget' | 'tellOver' | 'isThere'>
  state(): 'up' | 'draining'
  /** Of a session that somebody here is in. */
  traffic(session: Uint8Array): Traffic | undefined
  /** For whom it certifies that are apart from it; left out: nobody. */
  readonly certifying?: RelayPorts['authority']
  /** Instead of those as dear as they should be: for tests. */
  readonly passphrases?: Passphrases
  failed(error: unknown): void
}

/** Whoever runs the server, as the server has them. */
export interface Admin {
  readonly api: Api
  /** All that the API takes. */
  readonly routes: readonly Route[]
  /** A code that opens the first account, until there is one: shown once. */
  firstCode(): Promise<{ readonly code: string; readonly expires: number } | undefined>
  /** Forgets what has had its time. */
  sweep(db: Db): Promise<void>
  /** Goes on with what the end of the process has cut off. */
  resume(): void
  /** Resolves when nothing goes on any more. */
  stop(): Promise<void>
}

/** A source that nobody comes from. */
const NOBODY = new Uint8Array(32)

/** The operator's API over a server. */
export function adminOf(ports: AdminPorts): Admin {
  const { store, clock, config, metrics, gauges, safe, failed } = ports
  const version = versionOfServer()
  const history = historyOf(clock, () => gauges.sample())
  const desk = vaultDesk(safe, failed)
  const takeSetupCode = setupCodeTaker(ports)
  const signing = { ...ports, passphrases: ports.passphrases ?? passphrases(), takeSetupCode }
  const users = { ...ports, ...ports.users, vault: safe.vault }
  const status = {
    config,
    version,
    started: clock.wall(),
    now: () => clock.wall(),
    state: () => ports.state(),
    usable: () => store.usable(),
    inUse: async () => ({
      connections: history.chart('minutes').points.at(-1)?.connections ?? 0,
      slots: (await store.read((db) => countOpenSlots(db, NOBODY, clock.wall()))).all,
    }),
  }
  const routes: Route[] = [
    ...setupRoutes(signing),
    ...sessionRoutes(signing),
    ...ownRoutes(signing),
    ...operatorRoutes(ports),
    ...tokenRoutes(ports),
    ...statusRoutes(status),
    ...metricsRoutes({ history, counts: () => metrics.counts() }),
    ...sessionListRoutes({ store, traffic: (session) => ports.traffic(session) }),
    ...(ports.calls === undefined ? [] : callRoutes({ ...ports, ...ports.calls })),
    ...auditRoutes({ store, folder: config.data }),
    ...vaultRoutes(ports, desk),
    ...userRoutes(users),
    ...keyRoutes(users),
    ...bindingRoutes(users),
    ...issuerRoutes(users),
    ...(ports.certifying === undefined
      ? []
      : relayRoutes({ ...ports, authority: ports.certifying })),
  ]
  routes.push(documentRoute(() => openApi(routes, API_PATH, version)))
  return {
    api: apiOver(routes, ports),
    routes,
    async firstCode() {
      if (!(await store.read(hasNoOperator))) return undefined
      await takeSetupCode()
      return makeFirstCode(ports)
    },
    resume: () => desk.resume(ports),
    sweep: (db) => sweepOperators(db, config, clock.wall()),
    async stop() {
      history.stop()
      gauges.stop()
      await desk.stop()
    },
  }
}

/** Makes a code that opens a new account in the role of operator, and records that. */
async function makeFirstCode(
  ports: ActPorts,
): Promise<{ readonly code: string; readonly expires: number }> {
  const { clock, config } = ports
  const object = { kind: 'server', id: '' } as const
  const deed = { action: 'operator.setup-code', object, detail: {} } as const
  return recorded(ports, 'server', deed, async (db) =>
    granted(await issueCode(db, null, config, clock.wall())),
  )
}

function documentRoute(document: () => unknown): Route {
  const anything: Schema<unknown> = { json: { type: 'object' }, read: (value) => value }
  return route({
    id: 'openApi',
    method: 'GET',
    path: '/openapi.json',
    about: 'This document.',
    access: 'anybody',
    answer: anything,
    handle: async () => document(),
  })
}
