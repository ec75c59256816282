import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hufuPair } from '../harness/hufu.ts'
import { succeeded, type Scope } from '../harness/scope.ts'
import type { ServedApp } from './app.ts'
import { checkSame, type RandomFile } from './random-file.ts'

/**
 * Sends `file` from one shell to another over the same server: seconds from the offer, which is taken at once, until both
 * shells say that it is across.
 *
 * @throws if what was received is not what was sent
 */
export async function crossShells(
  scope: Scope,
  { server }: ServedApp,
  file: RandomFile,
): Promise<number> {
  const into = await mkdtemp(join(scope.folder, 'received-'))
  const { opener, joiner } = await hufuPair(scope, server, {
    open: ['--send', file.path],
    join: ['--receive', into],
  })
  await opener.match(/^offering /m)
  const started = performance.now()
  await Promise.all([opener.match(/^sent /m), joiner.match(/^received /m)])
  const seconds = (performance.now() - started) / 1_000
  await Promise.all([opener.ended.then(succeeded), joiner.ended.then(succeeded)])
  const [name] = await readdir(into)
  await checkSame(join(into, name ?? ''), file)
  await rm(into, { recursive: true })
  return seconds
}
