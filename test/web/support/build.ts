import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Where builds are kept, under what they were made of. */
const KEPT = join(ROOT, 'node_modules', '.cache', 'web-app')
/** Milliseconds until a build is deleted that another has followed: a day. */
const STALE_MS = 86_400_000
/** All that a build is made of: what goes in, what it is told, and what builds it. */
const SOURCES = ['packages/web', 'packages/terminal', 'packages/protocol', 'package-lock.json']
const NOT_SOURCES: ReadonlySet<string> = new Set(['node_modules', 'dist'])

/** Puts the web app as built into `folder`: one that was built before, if nothing has changed since. */
export async function builtApp(folder: string): Promise<void> {
  const state = await stateOfSources()
  const kept = join(KEPT, state)
  try {
    await cp(kept, folder, { recursive: true })
  } catch {
    await build(folder)
    // not what was changed while it was built
    if ((await stateOfSources()) === state) await keep(folder, kept)
  }
}

/** Builds the web app into `folder`. */
export async function build(folder: string): Promise<void> {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const web = join(ROOT, 'packages', 'web')
  const args = [vite, 'build', web, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, args)
}

/** Of two that are built at once the first stays: they are the same. */
async function keep(folder: string, kept: string): Promise<void> {
  await mkdir(KEPT, { recursive: true })
  for (const name of await readdir(KEPT)) {
    const { mtimeMs } = await stat(join(KEPT, name))
    if (mtimeMs < Date.now() - STALE_MS) await rm(join(KEPT, name), { recursive: true })
  }
  const copy = await mkdtemp(join(KEPT, 'copy-'))
  await cp(folder, copy, { recursive: true })
  await rename(copy, kept).catch(() => rm(copy, { recursive: true }))
}

async function stateOfSources(): Promise<string> {
  const sum = createHash('sha256').update(process.version)
  for (const source of SOURCES)
    for (const path of await filesOf(source))
      sum.update(`\0${path}\0`).update(await readFile(join(ROOT, path)))
  return sum.digest('hex')
}

/** The files at or below a path, sorted. */
async function filesOf(path: string): Promise<readonly string[]> {
  if (!(await stat(join(ROOT, path))).isDirectory()) return [path]
  const names = (await readdir(join(ROOT, path))).filter((name) => !NOT_SOURCES.has(name))
  const below = await Promise.all(names.map(async (name) => filesOf(`${path}/${name}`)))
  return below.flat().toSorted()
}
