// node scripts/bundle.mjs [FOLDER]   what a first visit of the built web app costs, and what is in it
//
// Checks packages/web/dist, or FOLDER: octets as they travel (gzip -9) of everything that the page loads before it can be
// used, of the pair library by itself, and that nothing stands in any script that a browser has no use for.
// Ends with exit code 1 and names what is too large or does not belong there.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { ROOT } from './ready.mjs'

/** Octets after gzip. */
export const LIMITS = { first: 120 * 1024, pair: 60 * 1024 }

/**
 * Texts that survive minifying, and what they would mean. Each of the server's own stands in its source today. X.509 is
 * loaded when a user signs in, and not before.
 */
export const FORBIDDEN = [
  ['OPAQUE-', 'OPAQUE belongs to the channel, not to pair'],
  ['OPRF', 'OPAQUE belongs to the channel, not to pair'],
  ['BEGIN CERTIFICATE', 'X.509 code'],
  ['1.3.6.1.5.5.7', 'X.509 code (PKIX object identifiers)'],
  ['2.5.29.', 'X.509 code (extension object identifiers)'],
  ['"node:', 'Node’s own modules'],
  ["'node:", 'Node’s own modules'],
  ['`node:', 'Node’s own modules'],
  ['createHmac', 'Node’s own cryptography'],
  ['kysely', 'server code (store)'],
  ['sqlite', 'server code (store)'],
  ['prom-client', 'server code (metrics)'],
  ['hufu_connections', 'server code (metrics)'],
  ['x-forwarded-for', 'server code (HTTP)'],
  ['ForTests', 'test code'],
  ['wycheproof', 'test code'],
]

/**
 * What stands in a built web app.
 *
 * @param {string} folder
 * @returns {{ sizes: { name: string, octets: number, first: boolean }[], first: number, pair: number, faults: string[] }}
 *   octets after gzip; `faults` is empty if all is well
 */
export function inspect(folder) {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const files = readdirSync(folder, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
  const loaded = loadedAtOnce(folder, page)
  const sizes = files.map((name) => ({
    name,
    octets: gzipSync(readFileSync(join(folder, name)), { level: 9 }).length,
    first: name === 'index.html' || loaded.has(name),
  }))
  const first = sum(sizes.filter((file) => file.first))
  const pair = sum(sizes.filter(({ name }) => /\/pair-[\w-]+\.js$/.test(name)))
  const faults = [...tooLarge(first, pair), ...leaks(folder, files, loaded)]
  return { sizes, first, pair, faults }
}

/** What the page names, and what those scripts import without being asked. */
function loadedAtOnce(folder, page) {
  const named = [...page.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="\.?\/?([^"]+)"/g)]
  const found = new Set(named.map(([, path]) => path))
  // A set is walked to its end, what is added on the way included.
  for (const path of found) {
    if (!path.endsWith('.js')) continue
    const code = readFileSync(join(folder, path), 'utf8')
    for (const [, other] of code.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g))
      found.add(`assets/${other}`)
  }
  return found
}

function tooLarge(first, pair) {
  const faults = []
  if (first > LIMITS.first)
    faults.push(`a first visit takes ${first} octets, above ${LIMITS.first}`)
  if (pair > LIMITS.pair) faults.push(`the pair library has ${pair} octets, above ${LIMITS.pair}`)
  if (pair === 0) faults.push('there is no chunk of the pair library to measure')
  return faults
}

function leaks(folder, files, loaded) {
  return files
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => {
      const code = readFileSync(join(folder, name), 'utf8')
      return FORBIDDEN.filter(
        ([text, meaning]) =>
          code.includes(text) && (loaded.has(name) || !meaning.startsWith('X.509')),
      ).map(([text, meaning]) => `${name} has "${text}" in it: ${meaning}`)
    })
}

function sum(files) {
  return files.reduce((octets, file) => octets + file.octets, 0)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { sizes, first, pair, faults } = inspect(
    process.argv[2] ?? join(ROOT, 'packages', 'web', 'dist'),
  )
  for (const { name, octets, first } of sizes)
    console.log(`${String(octets).padStart(8)}  ${first ? 'first' : 'later'}  ${name}`)
  console.log(`${String(first).padStart(8)}  of ${LIMITS.first} octets (gzip) at a first visit`)
  console.log(`${String(pair).padStart(8)}  of ${LIMITS.pair} in the pair library`)
  for (const fault of faults) console.error(`bundle: ${fault}`)
  process.exit(faults.length === 0 ? 0 : 1)
}
