// node scripts/lock.mjs           adds to package-lock.json the platform packages that npm left out
// node scripts/lock.mjs --check   only tells whether there are any
//
// Some tools ship one binary package per platform, as optional dependencies. A registry that mirrors
// only some platforms makes `npm install` drop the others from the lockfile without a word, and
// `npm ci` then refuses it, on every platform. Run this after `npm install` there. The rows carry
// the exact version that the tool itself asks for, and no integrity: that comes with the first
// `npm install` against a registry that has the package.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { giveUp, ROOT } from './ready.mjs'

const OSES = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const CPUS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x']

const path = join(ROOT, 'package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8'))
const added = complete(lock.packages)
if (process.argv.includes('--check')) {
  if (added.length > 0) giveUp(`package-lock.json lacks ${added.join(', ')}: node scripts/lock.mjs`)
} else if (added.length > 0) {
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`added ${added.join(', ')}`)
}

/** The names of the rows that were missing; `packages` has them now, in npm's order. */
function complete(packages) {
  const added = []
  for (const parent of Object.values(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (Object.keys(packages).some((at) => at.endsWith(`node_modules/${name}`))) continue
      if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${name} is asked for as ${version}`)
      packages[`node_modules/${name}`] = row(name, version, parent.dev === true)
      added.push(name)
    }
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  for (const [at, value] of sorted) {
    delete packages[at]
    packages[at] = value
  }
  return added
}

/** What npm would have written: the platform is in the name, as `binding-linux-arm64-musl`. */
function row(name, version, dev) {
  const words = name.slice(name.indexOf('/') + 1).split('-')
  const os = OSES.find((each) => words.includes(each))
  const cpu = CPUS.find((each) => words.includes(each))
  if (os === undefined || cpu === undefined) throw new Error(`${name} names no known platform`)
  const libc = words.at(-1) === 'gnu' ? ['glibc'] : words.at(-1) === 'musl' ? ['musl'] : undefined
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc }),
    optional: true,
    os: [os],
  }
}
