#!/usr/bin/env node
// Plain JavaScript that runs on Node 18 and later. hufu's own files are TypeScript, which needs a newer Node: under an
// older one this starts itself again on the Node that the dependencies bring.
import module from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The first Node that runs TypeScript files without a flag and without a warning. */
const OLDEST_NODE = [24, 12]
/** Set for the second start: whoever is started again and still is too old gives up. */
const STARTED_AGAIN = 'HUFU_STARTED_AGAIN'
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** Names of ours, and what they lead to. */
const resolved = new Map()

if (isNewEnough(process.versions.node)) {
  delete process.env[STARTED_AGAIN]
  // Not in the system's temporary folder, where somebody else could plant compiled code.
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  module.enableCompileCache(join(caches, 'hufu', 'compiled'))
  module.registerHooks({ resolve: resolveOwn })
  await import('../src/main.ts')
} else {
  const node = process.env[STARTED_AGAIN] === undefined ? await newerNode() : undefined
  if (node === undefined) giveUp()
  else await startAgain(node)
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

/**
 * Where an import of ours leads. Files of ours name each other as they are, and what a name of ours leads to is the same
 * for all of them, so there is little to search: what Node asks of the file system for each import took a fifth of the
 * processor time of a short pairing.
 */
function resolveOwn(specifier, context, next) {
  if (/^\.\.?\/.*\.ts$/.test(specifier)) {
    const { href: url } = new URL(specifier, context.parentURL)
    return { url, format: 'module-typescript', shortCircuit: true }
  }
  if (!/^(?:@hufu|#backend)\//.test(specifier)) return next(specifier, context)
  const known = resolved.get(specifier)
  if (known !== undefined) return { ...known, shortCircuit: true }
  const found = next(specifier, context)
  resolved.set(specifier, found)
  return found
}

/** The `node` that the npm package of this name has installed, if it is new enough. */
async function newerNode() {
  const { existsSync, readFileSync } = await import('node:fs') // not at every start: it loads much with it
  const find = module.createRequire(import.meta.url)
  let manifest
  try {
    manifest = find.resolve('node/package.json')
  } catch {
    return undefined
  }
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const program = join(dirname(manifest), 'bin', name)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return isNewEnough(version) && existsSync(program) ? program : undefined
}

async function startAgain(node) {
  const { spawn } = await import('node:child_process')
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const env = { ...process.env, [STARTED_AGAIN]: '1' }
  const child = spawn(node, args, { stdio: 'inherit', env })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  child.on('error', giveUp)
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const each of SIGNALS) process.removeAllListeners(each)
    process.kill(process.pid, signal) // ended by a signal: so do we, and the shell sees the same
  })
}

function giveUp() {
  process.stderr.write(
    `hufu: Node ${OLDEST_NODE.join('.')} or later is needed, and this is ${process.version}.\n` +
      '  The npm package "node" brings it, by an install script: run `npm rebuild node --ignore-scripts=false`\n' +
      '  where hufu is installed, or install a newer Node from https://nodejs.org.\n',
  )
  process.exit(2)
}
