import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { hex, random, Secret } from '@hufu/protocol/crypto'
import { ecdsaP256, p256 } from '@hufu/protocol/crypto/more'
import {
  enrolled,
  newSoftwareSecrets,
  softwareKey,
  type KeyHolder,
  type SecurityKey,
} from '@hufu/protocol/identity'
import {
  checkEnrolled,
  enrol,
  invitationKeys,
  prove,
  type Act,
  type InvitationKeys,
  type NewKeyExtras,
  type Place,
} from '@hufu/protocol/signin'
import { statementOctets } from '@hufu/protocol/wire'
import { passphrases } from './admin/passphrase.ts'
import { loadConfig, type Config } from './config.ts'
import type { ServerMessage } from './messages.ts'
import { testFolder, testServer, type TestServer } from './server.testing.ts'
import { testTerminal, type TestTerminal } from './terminal.testing.ts'
import { openSafe } from './vault/safe.ts'

type Named<T extends ServerMessage['type']> = Extract<ServerMessage, { readonly type: T }>

/** A server with somebody who runs it. */
export interface TestHouse extends TestServer {
  /** `METHOD /path` below `/api/v1`, by an operator: what it answered, or the code of its refusal. */
  api(what: string, body?: unknown): Promise<Readonly<Record<string, unknown>> & { code?: string }>
  /** A code for a new key of a user, or for a chip. */
  invite(user: string, kind?: 'key' | 'terminal'): Promise<string>
  /** A terminal that is connected. */
  terminal(): Promise<TestTerminal>
  /** A user's first key, in software, enrolled at a terminal of its own. */
  keyOf(user: string, holder?: KeyHolder): Promise<SecurityKey>
}

const OPERATOR = 'ada'
const PASSPHRASE = 'tango orbit lilac copper'

/** Starts it; it ends with the test. */
export async function testHouse(
  t: TestContext,
  settings: Partial<Config> = {},
  invites?: TestHouse['invite'],
): Promise<TestHouse> {
  const patient = { deadAfterMs: 1e9, data: testFolder(), ...settings }
  await furnish({ ...loadConfig(), ...patient })
  return houseOf(await testServer(t, patient), invites)
}

/**
 * Puts the account of who runs it into a data folder in which nothing has run. Its passphrase costs little to check, as its
 * hash says how: what the server itself would take for it is more than all the rest of most tests.
 */
export async function furnish(config: Config): Promise<void> {
  if (existsSync(join(config.data, 'hufu.db'))) return
  const safe = await openSafe(config)
  const passphrase = await passphrases({ memory: 64, passes: 1, parallelism: 1 }).hash(PASSPHRASE)
  const account = { name: OPERATOR, role: 'operator', passphrase, created: 0 }
  await safe.store.write('soon', (db) => db.insertInto('operators').values(account).execute())
  await safe.close()
}

/** Whoever runs a server signs in, and opens its first account if it has none. `invites`: where that is done for it, if not there. */
export async function houseOf(
  server: TestServer,
  invites?: TestHouse['invite'],
): Promise<TestHouse> {
  const operator = { name: OPERATOR, passphrase: PASSPHRASE, keeper: 'program' }
  const code = server.setupCode?.code
  const opening = code === undefined ? 'POST /session' : 'POST /setup'
  const opened = await ask(server, opening, {
    ...operator,
    ...(code === undefined ? {} : { code }),
  })
  const bearer = String(opened['session'])
  const api: TestHouse['api'] = (what, body) => ask(server, what, body, bearer)
  const house: TestHouse = {
    ...server,
    api,
    async invite(user, kind = 'key') {
      if (invites !== undefined) return invites(user, kind)
      const made = await api('POST /invitations', { user, kind })
      assert.match(made.code ?? '', /^(?:[0-9A-Z]{4}-){6}/, JSON.stringify(made))
      return made.code!
    },
    terminal: () => testTerminal(server.name),
    async keyOf(user, holder = softwareHolder()) {
      const terminal = await testTerminal(server.name)
      const key = await enrolKey(house, terminal, await house.invite(user), { holder })
      terminal.close()
      return key
    },
  }
  return house
}

/** Where a terminal is. */
export function placeAt({ name }: Pick<TestServer, 'name'>, terminal: TestTerminal): Place {
  const { serverId } = terminal.challenge
  return { serverName: name, serverId, terminal: terminal.terminal }
}

/** A new key in software. */
export function softwareHolder(kind: 'software' | 'passkey' = 'software'): KeyHolder {
  return softwareKey(newSoftwareSecrets(random), kind)
}

/** A new key on P-256, as a token has it. */
export function tokenHolder(): KeyHolder {
  const [signing, agreement] = [ecdsaP256.generate(random), p256.generate(random)]
  return {
    kind: 'token',
    publicKeys: {
      algorithm: 'p256',
      signing: signing.publicKey,
      agreement: agreement.publicKey,
    },
    sign: async (statement) => signing.sign(statementOctets(statement)),
    async agree(peer): Promise<Secret | undefined> {
      const shared = agreement.agree(peer)
      return shared && new Secret(shared)
    },
    close: async () => undefined,
  }
}

/** Enrols a key with an invitation's code, and checks what the server says. */
export async function enrolKey(
  server: Pick<TestServer, 'name' | 'clock'>,
  terminal: TestTerminal,
  code: string,
  what: { readonly holder: KeyHolder; readonly recovery?: InvitationKeys } & NewKeyExtras,
): Promise<SecurityKey> {
  const { holder, ...extras } = what
  const { message, awaited } = await enrol(
    holder,
    invitationKeys(code),
    { ref: 1, place: placeAt(server, terminal), ...extras },
    random,
  )
  terminal.send(message)
  const issued = await terminal.next('signin.issued')
  const checked = checkEnrolled(awaited, issued, server.clock.wall())
  assert.ok(checked.ok, JSON.stringify(checked))
  return enrolled(holder, issued.user, issued.certificates)
}

/** Asks for a challenge. */
export async function challengeFor(
  terminal: TestTerminal,
  act: Act,
  user: string | null = null,
  ref = 1,
): Promise<Named<'signin.challenge'>> {
  terminal.send({ type: 'signin.ask', ref, act, by: 'key', user })
  return terminal.next('signin.challenge')
}

/** Asks and proves; what came of it. */
export async function proveAt(
  server: Pick<TestServer, 'name'>,
  terminal: TestTerminal,
  key: SecurityKey,
  what: { readonly act: Exclude<Act, 'add-key'>; readonly subject?: Uint8Array },
): Promise<ServerMessage> {
  const challenge = await challengeFor(terminal, what.act)
  terminal.send(await prove(key, challenge, { ...what, place: placeAt(server, terminal) }, random))
  return (await terminal.any()) as ServerMessage
}

/** Signs in, which must succeed. */
export async function signIn(
  server: Pick<TestServer, 'name'>,
  terminal: TestTerminal,
  key: SecurityKey,
): Promise<Named<'signin.bound'>> {
  const message = await proveAt(server, terminal, key, { act: 'sign-in' })
  assert.ok(message.type === 'signin.bound', JSON.stringify(message))
  return message
}

/** The code of a refusal; whatever else it is, named. */
export function codeOf(message: ServerMessage): string {
  return message.type === 'refused' ? message.code : message.type
}

/** A terminal's communication ID as the API has it. */
export function nameOf(terminal: TestTerminal): string {
  return hex(terminal.terminal)
}

function ask(
  { port }: TestServer,
  what: string,
  body?: unknown,
  bearer?: string,
): ReturnType<TestHouse['api']> {
  const [method = '', path = ''] = what.split(' ')
  const payload = body === undefined ? '' : JSON.stringify(body)
  const headers = {
    'X-Hufu-Request': '1',
    ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    ...(payload === '' ? {} : { 'Content-Type': 'application/json' }),
    'Content-Length': Buffer.byteLength(payload),
  }
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, method, path: `/api/v1${path}`, headers, agent: false }
    const sent = request(to, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        const json = JSON.parse(text) as Record<string, unknown>
        resolve((json['error'] ?? json) as { code?: string })
      })
    })
    sent.on('error', reject)
    sent.end(payload)
  })
}
