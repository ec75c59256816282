import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { parseCode } from '@hufu/protocol/pair'
import { HufuError } from '@hufu/protocol/wire'
import { loadConfig, startServer } from '@hufu/server'
import { pair } from '@hufu/terminal'
import { OPERATIONS, startCaddy, startNginx } from '../support/documented.ts'
import { elsewhere } from '../support/elsewhere.ts'
import { codeOf, hufu } from '../support/hufu.ts'
import { needs } from '../support/needs.ts'
import { freePort } from '../support/serve.ts'

/* The configurations that docs/operations.md gives, with addresses and files of this test put in, before a real server. */

/** Guesses that one source has. */
const GUESSES = 2

const PROXIES = [
  { name: 'nginx', debian: 'nginx-light', start: startNginx },
  { name: 'caddy', debian: 'caddy', start: startCaddy },
] as const

const ports = { hufu: await freePort(), nginx: await freePort(), caddy: await freePort() }
const tls = { ca: '', cert: '', key: '', authority: '' }
const names = [`localhost:${ports.nginx}`, `localhost:${ports.caddy}`]
const direct = `http://127.0.0.1:${ports.hufu}`
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hufu-proxies-'))
})
after(() => rm(folder, { recursive: true, force: true }))

for (const { name, debian, start } of PROXIES)
  test(`behind ${name}, as documented`, async (t) => {
    if (!needs(t, debian) || !needs(t, 'openssl')) return
    await makeCertificate()
    const port = ports[name]
    const origin = `https://localhost:${port}`
    const { cert, key } = tls
    const stop = await start({ folder, port, hufu: ports.hufu, cert, key })
    t.after(stop)

    await t.test('two shells pair, one of them under a path, and a file goes across', async (t) => {
      await startHufu(t, { names: names.join() })
      await sendFile(origin, `${origin}/hufu`)
    })

    await t.test('the Host header is passed on: a hello fits it without names', async (t) => {
      await startHufu(t, {})
      const stranger = hufu(['pair', '999999999-tango-orbit-lilac'], at(origin))
      assert.equal(await stranger.ended, 3, 'no such code, and nothing worse')
    })

    await t.test('limits see the client, whatever it claims to be', async (t) => {
      const [honest, liar, other] = await guessersAt(t, origin, [
        { from: '127.0.0.2' },
        { from: '127.0.0.2', claims: forged },
        { from: '127.0.0.3' },
      ])
      for (let at = 0; at < GUESSES; at += 1) assert.equal(await honest(), 'ERR_PAIR_REFUSED')
      assert.equal(await liar(), 'ERR_PAIR_THROTTLED')
      assert.equal(await honest(), 'ERR_PAIR_THROTTLED')
      assert.equal(await other(), 'ERR_PAIR_REFUSED')
    })

    await t.test('pages come through, metrics do not', async (t) => {
      await startHufu(t, {})
      assert.equal((await get(`${origin}/`)).statusCode, 200)
      assert.equal((await get(`${origin}/hufu/`)).statusCode, 200)
      const moved = await get(`${origin}/hufu`)
      assert.match(moved.headers.location ?? '', /\/hufu\/$/)
      assert.equal((await fetch(`${direct}/metrics`)).status, 200)
      assert.equal((await get(`${origin}/metrics`)).statusCode, 403)
    })
  })

test('X-Forwarded-For is believed from a trusted proxy, and from nobody else', async (t) => {
  const [trusted, anybody] = await guessersAt(t, direct, [
    { from: '127.0.0.1', claims: forged },
    { from: '127.0.0.2', claims: forged },
  ])
  for (let at = 0; at <= GUESSES; at += 1) assert.equal(await trusted(), 'ERR_PAIR_REFUSED')
  for (let at = 0; at < GUESSES; at += 1) assert.equal(await anybody(), 'ERR_PAIR_REFUSED')
  assert.equal(await anybody(), 'ERR_PAIR_THROTTLED')
})

test('the documented timeouts are longer than what the server waits for a silent terminal', () => {
  const { deadAfterMs } = loadConfig()
  const timeouts = [...OPERATIONS.matchAll(/^ *proxy_(?:read|send)_timeout (\d+)s;$/gm)]
  assert.equal(timeouts.length, 2)
  for (const [line, seconds] of timeouts) assert.ok(Number(seconds) * 1_000 > deadAfterMs, line)
})

/** A server of this test, on the port that the proxies know. */
async function startHufu(t: TestContext, flags: Readonly<Record<string, string>>): Promise<void> {
  const server = await startServer(
    loadConfig({
      flags: {
        data: await mkdtemp(join(folder, 'data-')),
        listen: `127.0.0.1:${ports.hufu}`,
        log: 'silent',
        'trusted-proxies': '127.0.0.1',
        'guesses-per-source': String(GUESSES),
        'pair-answer-step-ms': '10',
        ...flags,
      },
    }),
  )
  t.after(() => server.close())
}

/** The certificate that `--tls self` makes. */
/** A certificate for this machine, as somebody would give it to a proxy. */
async function makeCertificate(): Promise<void> {
  tls.key = join(folder, 'key.pem')
  tls.ca = tls.cert = join(folder, 'cert.pem')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', tls.key]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const args = ['req', '-x509', '-days', '2', ...key, ...names, '-out', tls.cert]
  execFileSync('openssl', args, { stdio: 'pipe' })
  tls.authority = await readFile(tls.ca, 'utf8')
}

function at(server: string): Record<string, string> {
  return { HUFU_SERVER: server, HUFU_CA: tls.ca, HUFU_HOME: join(folder, 'home') }
}

/** Pairs two shells and sends more than a proxy's buffers hold. */
async function sendFile(openerServer: string, joinerServer: string): Promise<void> {
  const [content, path] = [randomBytes(1_048_576), join(folder, 'photo')]
  await writeFile(path, content)
  const into = await mkdtemp(join(folder, 'in-'))
  const opener = hufu(['pair', '--receive', into], at(openerServer))
  const joiner = hufu(['pair', await codeOf(opener), '--send', path], at(joinerServer))
  const joined = await joiner.ended
  if (joined !== 0) opener.child.kill() // it would go on waiting
  assert.deepEqual([joined, await opener.ended], [0, 0], joiner.stderr + opener.stderr)
  assert.ok(content.equals(await readFile(join(into, 'photo'))))
}

interface Guesser {
  /** The address it comes from. */
  readonly from: string
  /** What it says of itself in X-Forwarded-For. */
  readonly claims?: () => string
}

/** A server, and ways to guess at it through `target`; each guess ends with a code. */
async function guessersAt<const G extends readonly Guesser[]>(
  t: TestContext,
  target: string,
  guessers: G,
): Promise<{ readonly [N in keyof G]: () => Promise<string> }> {
  const ways = await Promise.all(
    guessers.map(({ from, claims }) =>
      elsewhere(from, { origin: target, ca: tls.authority }, claims),
    ),
  )
  await startHufu(t, { names: ways.map(({ name }) => name).join() })
  t.after(() => Promise.all(ways.map((way) => way.close())))
  const code = parseCode('999999999-tango-orbit-lilac')
  assert.ok(code.ok)
  return ways.map(({ name }) => async () => {
    const error: unknown = await pair({
      server: `http://${name}`,
      via: { by: 'join', code: code.value },
    }).catch((reason: unknown) => reason)
    assert.ok(error instanceof HufuError, 'no such code')
    return error.code
  }) as { readonly [N in keyof G]: () => Promise<string> }
}

let lies = 0
/** Another address each time, of those for documentation (RFC 5737). */
function forged(): string {
  lies += 1
  return `192.0.2.${lies}`
}

/** A page by https, trusting the test's authority. */
function get(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { ca: tls.authority, agent: false }, (response) => {
      response.resume()
      resolve(response)
    })
      .on('error', reject)
      .end()
  })
}
