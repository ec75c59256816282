import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { startAuthority } from '../../authority-server.ts'
import { fakeClock } from '../../clock.testing.ts'
import { loadConfig, type Config } from '../../config.ts'
import { testFolder, type TestServer } from '../../server.testing.ts'
import { furnish, houseOf, testHouse, type TestHouse } from '../../signin.testing.ts'

/** An authority, and servers that ask it. */
export interface TestApart {
  readonly authority: TestHouse
  /** Settings by which a server asks it. */
  readonly asking: Partial<Config>
  /** A server that asks it; it ends with the test. Whom it invites, it invites at the authority. */
  relay(settings?: Partial<Config>): Promise<TestHouse>
}

/** Starts an authority; it ends with the test. */
export async function testApart(
  t: TestContext,
  settings: Partial<Config> = {},
): Promise<TestApart> {
  const authority = await houseOf(await testAuthority(t, settings))
  const authorityToken = await tokenAt(authority, 'keys.certify')
  const asking = { authority: authority.url, authorityToken }
  return {
    authority,
    asking,
    async relay(more = {}) {
      const { certificateLifetimeMs, namespace } = authority.config
      const settings = { certificateLifetimeMs, namespace, ...asking, ...more }
      return testHouse(t, settings, authority.invite)
    },
  }
}

/** An authority alone, on a clock that the test moves. */
export async function testAuthority(
  t: TestContext,
  settings: Partial<Config> = {},
): Promise<TestServer> {
  const clock = fakeClock()
  const config: Config = {
    ...loadConfig(),
    data: testFolder(),
    listen: { host: '127.0.0.1', port: 0 },
    ...settings,
  }
  await furnish(config)
  const server = await startAuthority(config, { clock, logger: pino({ level: 'silent' }) })
  t.after(() => server.close())
  return { ...server, clock, config, name: `127.0.0.1:${server.port}` }
}

/** A token of this scope. */
export async function tokenAt(house: TestHouse, ...scope: readonly string[]): Promise<string> {
  const made = await house.api('POST /tokens', { name: 'relay', scope, lifetimeMs: 86_400_000 })
  return String(made['token'])
}
