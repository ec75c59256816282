import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startHufuServer, type HufuServer } from '../harness/hufu.ts'
import { succeeded, type Scope } from '../harness/scope.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The web app as it is built, and a `hufu serve` that serves it. */
export interface ServedApp {
  /** Folder of the built files. */
  readonly files: string
  readonly server: HufuServer
}

/** Builds the web app and serves it, until the scope ends. */
export async function serveApp(scope: Scope): Promise<ServedApp> {
  const files = join(scope.folder, 'web')
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const source = join(ROOT, 'packages', 'web')
  const build = ['build', source, '--outDir', files, '--emptyOutDir', '--logLevel', 'warn']
  succeeded(await scope.start(process.execPath, [vite, ...build]).ended)
  const server = await startHufuServer(scope, ['--log', 'error', '--web', files])
  return { files, server }
}
