import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { fakeClock, type FakeClock } from './clock.testing.ts'
import { loadConfig, type Config } from './config.ts'
import { startServer, type Server } from './server.ts'

/** A server for one test, on a clock that the test moves. */
export interface TestServer extends Server {
  readonly clock: FakeClock
  readonly config: Config
  /** `host:port`, as terminals dial it. */
  readonly name: string
}

/** Starts a server on any free port with a data folder of its own, unless `settings` say otherwise; it ends with the test. */
export async function testServer(
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
  const server = await startServer(config, { clock, logger: pino({ level: 'silent' }) })
  t.after(() => server.close())
  return { ...server, clock, config, name: `127.0.0.1:${server.port}` }
}

/** A fresh folder. It goes when the process ends, since whatever writes there may do so until then. */
export function testFolder(): string {
  if (folders.length === 0) process.once('exit', removeFolders)
  const path = mkdtempSync(join(tmpdir(), 'hufu-server-'))
  folders.push(path)
  return path
}

const folders: string[] = []

function removeFolders(): void {
  for (const path of folders) rmSync(path, { recursive: true, force: true })
}
