import { request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { ed25519, random } from '@hufu/protocol/crypto'
import { pino } from 'pino'
import { startAudit, type Audit } from '../audit/audit.ts'
import { openAuthority } from '../authority/own.ts'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import { loadConfig, type Config } from '../config.ts'
import { sourcesBehind } from '../gateway/source.ts'
import { httpServer } from '../http/http.ts'
import { pagesOf } from '../http/pages.ts'
import { metricsOf, type Metrics } from '../metrics.ts'
import { testFolder } from '../server.testing.ts'
import { countCalls, findCall, forgetCall } from '../store/calls.ts'
import { keyedStore, type KeyedStore } from '../store/store.ts'
import { openSafe } from '../vault/safe.ts'
import { adminOf, gaugesOf, type Admin } from './index.ts'
import { passphrases } from './passphrase.ts'
import type { Role } from './roles.ts'

/** A passphrase that may be chosen. */
export const PASSPHRASE = 'tango orbit lilac copper'

/** What a request was answered with. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The JSON in it; an empty object if there is none. */
  readonly json: Readonly<Record<string, unknown>>
  /** The code of a refusal. */
  readonly code: string | undefined
}

export interface Ask {
  readonly bearer?: string | undefined
  readonly cookie?: string | undefined
  readonly body?: unknown
  /** Over what would be sent otherwise; undefined: left out. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** The operator's API over a store of its own, on a clock that the test moves. */
export interface TestDesk {
  readonly admin: Admin
  readonly store: KeyedStore
  readonly audit: Audit
  readonly clock: FakeClock
  readonly config: Config
  readonly metrics: Metrics
  readonly port: number
  /** What went wrong that should not. */
  readonly failures: readonly unknown[]
  /** `METHOD /path` below `/api/v1`. */
  ask(what: string, options?: Ask): Promise<Answer>
  /** Opens the first account, `ada`, and signs in: the session of a program. */
  first(): Promise<string>
  /** An account in that role, signed in by `first`'s session. */
  invite(session: string, name: string, role: Role): Promise<string>
  /** A token of that scope. */
  token(session: string, ...scope: readonly string[]): Promise<string>
  /** What was recorded, the last first, as `actor action object outcome`. */
  recorded(): Promise<readonly string[]>
}

/** Starts it; it ends with the test. */
export async function testDesk(t: TestContext, settings: Partial<Config> = {}): Promise<TestDesk> {
  const clock = fakeClock()
  const config: Config = { ...loadConfig(), data: testFolder(), ...settings }
  const safe = await openSafe(config)
  const store = keyedStore(safe.store, random(32))
  const failures: unknown[] = []
  const failed = (error: unknown): void => void failures.push(error)
  const logger = pino({ level: 'silent' })
  const key = ed25519.fromSecret(new Uint8Array(32).fill(7))
  const audit = await startAudit({ store, clock, logger, config, key, failed })
  const authority = await openAuthority({ store, vault: safe.vault, clock, config, audit })
  const now = {
    connections: () => 3,
    sessions: () => 2,
    calls: () => store.read(countCalls),
  }
  const metrics = metricsOf(now)
  const sourceOf = sourcesBehind(config.trustedProxies)
  const admin = adminOf({
    store,
    audit,
    clock,
    config,
    safe,
    metrics,
    gauges: gaugesOf(now, () => metrics.counts()),
    own: {
      names: config.names,
      tls: false,
      trusts: (peer) => config.trustedProxies.includes(peer),
    },
    sourceOf,
    users: { authority, isThere: () => false, tell: () => undefined },
    calls: {
      async forget(db, id, why) {
        const call = await findCall(db, id)
        if (call !== undefined) await forgetCall(db, call)
        return call && { call, why, members: [], rings: [] }
      },
      tellOver: () => undefined,
      isThere: () => false,
    },
    state: () => 'up',
    traffic: () => undefined,
    // as dear as a test can bear
    passphrases: passphrases({ memory: 64, passes: 1, parallelism: 1 }),
    failed,
  })
  const http = httpServer({
    pages: pagesOf(''),
    metrics,
    metricsToken: '',
    api: admin.api,
    certificate: undefined,
    ready: async () => true,
    failed,
  })
  const port = await listening(http)
  t.after(async () => {
    http.closeAllConnections()
    http.close()
    await admin.stop()
    await audit.close()
    await safe.close()
  })
  const ask: TestDesk['ask'] = (what, options) => send(port, what, options)
  return {
    admin,
    store,
    audit,
    clock,
    config,
    metrics,
    port,
    failures,
    ask,
    async first() {
      const made = await admin.firstCode()
      return sessionOf(
        await ask('POST /setup', {
          body: { code: made!.code, name: 'ada', passphrase: PASSPHRASE, keeper: 'program' },
        }),
      )
    },
    async invite(session, name, role) {
      const { json } = await ask('POST /operators', { bearer: session, body: { name, role } })
      const body = { code: json['code'], name, passphrase: PASSPHRASE, keeper: 'program' }
      return sessionOf(await ask('POST /setup', { body }))
    },
    async token(session, ...scope) {
      const body = { name: 'a script', scope, lifetimeMs: 3_600_000 }
      const { json, text } = await ask('POST /tokens', { bearer: session, body })
      if (typeof json['token'] !== 'string') throw new Error(text)
      return json['token']
    },
    recorded: () =>
      store.read(async (db) => {
        const rows = await db
          .selectFrom('audit_entries')
          .selectAll()
          .orderBy('seq', 'desc')
          .execute()
        return rows.map(({ actor, action, object_id, outcome }) =>
          [actor, action, object_id, outcome].filter((each) => each !== '').join(' '),
        )
      }),
  }
}

function sessionOf({ json, text }: Answer): string {
  if (typeof json['session'] !== 'string') throw new Error(text)
  return json['session']
}

function listening(http: Server): Promise<number> {
  return new Promise((resolve) => {
    http.listen(0, '127.0.0.1', () => resolve((http.address() as AddressInfo).port))
  })
}

function send(port: number, what: string, options: Ask = {}): Promise<Answer> {
  const [method = '', path = ''] = what.split(' ')
  const { bearer, cookie, body } = options
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const wished: Record<string, string | readonly string[] | undefined> = {
    ...(method === 'GET' ? {} : { 'X-Hufu-Request': '1' }),
    ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    ...(cookie === undefined ? {} : { Cookie: cookie, Origin: `http://127.0.0.1:${port}` }),
    ...(payload === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': String(payload.length) }),
    ...options.headers,
  }
  const headers = Object.fromEntries(
    Object.entries(wished).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : [...value]]],
    ),
  )
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, method, path: `/api/v1${path}`, headers, agent: false }
    const request = httpRequest(to, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve(answerOf(response.statusCode ?? 0, response.headers, text))
      })
    })
    request.on('error', reject)
    request.end(payload)
  })
}

function answerOf(status: number, headers: IncomingHttpHeaders, text: string): Answer {
  let json: Answer['json'] = {}
  if (headers['content-type'] === 'application/json' && text !== '')
    json = JSON.parse(text) as Answer['json']
  const { error } = json as { readonly error?: { readonly code?: string } }
  return { status, headers, text, json, code: error?.code }
}
