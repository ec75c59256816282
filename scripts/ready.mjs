// Makes a checkout ready to run: dependencies as the lockfile says, and the Node that comes with them.
// Plain JavaScript that runs on Node 18 and later, since it runs before there is any other Node.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The first Node that runs TypeScript files without a flag and without a warning. */
const OLDEST_NODE = [24, 12]

/**
 * Installs the dependencies if they are missing or not those of the lockfile.
 *
 * @returns {string} the path of a Node that can run TypeScript. Ends the process if there is none.
 */
export function ready() {
  if (outdated()) install()
  const installed = join(ROOT, 'node_modules', 'node', 'bin', nodeName())
  const node = [installed, process.execPath].find((path) => isNewEnough(versionOf(path)))
  if (node === undefined) giveUp(noNode(versionOf(installed)))
  return node
}

/** The environment for programs that must find our Node and our tools first. */
export function environment() {
  const bin = join(ROOT, 'node_modules', '.bin')
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
}

/** Tells what to do and ends the process with exit code 1. */
export function giveUp(message) {
  console.error(`hufu: ${message}`)
  process.exit(1)
}

/** npm writes its own list last, so an install that was cut short is outdated too. */
function outdated() {
  const list = join(ROOT, 'node_modules', '.package-lock.json')
  const lockfile = join(ROOT, 'package-lock.json')
  if (!existsSync(list)) return true
  return statSync(list).mtimeMs < statSync(lockfile).mtimeMs && !holds(list, lockfile)
}

/** Whether everything that the lockfile demands is installed: a newer date alone is no reason to start anew. */
function holds(list, lockfile) {
  const [installed, wanted] = [list, lockfile].map(
    (path) => JSON.parse(readFileSync(path)).packages,
  )
  return Object.entries(wanted).every(
    ([at, { version, optional }]) =>
      !at.startsWith('node_modules/') ||
      optional === true ||
      (at in installed && installed[at].version === version),
  )
}

function install() {
  console.error('hufu: installing dependencies (npm ci)')
  const npm = process.env.npm_execpath
  // `--include=dev`: NODE_ENV=production would leave out the tools that build and run everything.
  const args = ['ci', '--include=dev']
  const { status, error } =
    npm === undefined
      ? spawnSync('npm', args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [npm, ...args], { cwd: ROOT, stdio: 'inherit' })
  if (error !== undefined) giveUp(`npm could not be started: ${error.message}`)
  if (status !== 0) giveUp('npm ci failed; its message is above')
}

function nodeName() {
  return process.platform === 'win32' ? 'node.exe' : 'node'
}

/** `v24.21.0`, or `undefined` if there is no such program. */
function versionOf(path) {
  if (path === process.execPath) return process.version
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

function isNewEnough(version) {
  if (version === undefined) return false
  const [major, minor] = version.slice(1).split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

function noNode(found) {
  const wanted = OLDEST_NODE.join('.')
  return [
    `Node ${wanted} or later is needed; node_modules has ${found ?? 'none'}, you run ${process.version}.`,
    'The package "node" brings it, by an install script. Most likely scripts are switched off',
    '(--ignore-scripts, or ignore-scripts=true in an .npmrc). Either of these helps:',
    '  npm rebuild node --ignore-scripts=false',
    `  install Node ${wanted} or later yourself (https://nodejs.org) and run the command again`,
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) ready()
