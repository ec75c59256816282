import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

/**
 * What tests need of Debian: the package, a command that succeeds where it is installed, and the
 * tests that need it.
 */
export const PACKAGES = [
  {
    name: 'openssl',
    probe: ['openssl', 'version'],
    tests: ['tls', 'proxies', 'token-keys', 'token-signin'].map(
      (name) => `test/system/${name}.test.ts`,
    ),
  },
  {
    name: 'python3',
    probe: ['python3', '--version'],
    tests: ['bench/scope.test.ts'],
  },
  {
    // any Chromium does; the whole one takes twice the time
    name: 'chromium-headless-shell',
    probe: ['test', '-x', '/usr/bin/chromium-headless-shell'],
    tests: (
      'conformance console console-screens console-users files keys keys-screens ' +
      'keys-talk lost page pair people ports screens'
    )
      .split(' ')
      .map((name) => `test/web/${name}.test.ts`),
  },
  {
    name: 'nginx-light',
    probe: ['/usr/sbin/nginx', '-v'],
    tests: ['test/system/proxies.test.ts'],
  },
  {
    name: 'softhsm2',
    probe: ['softhsm2-util', '--version'],
    tests: ['token', 'token-keys', 'token-pins', 'token-profile', 'token-signin'].map(
      (name) => `test/system/${name}.test.ts`,
    ),
  },
  {
    name: 'opensc',
    probe: ['test', '-x', '/usr/bin/pkcs11-tool'],
    tests: ['token-keys', 'token-pins', 'token-profile', 'token-signin'].map(
      (name) => `test/system/${name}.test.ts`,
    ),
  },
  {
    name: 'caddy',
    probe: ['caddy', 'version'],
    tests: ['test/system/proxies.test.ts'],
  },
  {
    // util-linux’s `script`: every Debian has it, and other systems have one of other options
    name: 'bsdutils',
    probe: ['script', '--version'],
    tests: ['test/system/call-typed.test.ts'],
  },
  {
    name: 'nats-server',
    probe: ['/usr/sbin/nats-server', '--version'],
    tests: ['bench/relay.test.ts'],
  },
  {
    name: 'mosquitto',
    probe: ['test', '-x', '/usr/sbin/mosquitto'],
    tests: ['bench/relay.test.ts'],
  },
  {
    name: 'spin',
    probe: ['spin', '-V'],
    tests: ['test/protocol/rekey-model.test.ts'],
  },
  {
    name: 'gcc',
    probe: ['gcc', '--version'],
    tests: ['test/protocol/rekey-model.test.ts'],
  },
  {
    name: 'libc6-dev',
    probe: ['test', '-f', '/usr/include/stdio.h'],
    tests: ['test/protocol/rekey-model.test.ts'],
  },
]

/** Whether the package of that name in {@link PACKAGES} is there. */
export function isInstalled(name) {
  const row = PACKAGES.find((each) => each.name === name)
  if (row === undefined) throw new Error(`${name} is not in the table of scripts/debian.mjs`)
  const [program, ...args] = row.probe
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

/**
 * Installs with apt-get what the chosen tests need and the machine lacks: on Debian, as root, unless
 * HUFU_TEST_INSTALL=0. Elsewhere the tests that need it skip and name it.
 *
 * @param {readonly string[] | undefined} tests paths of the chosen tests; `undefined` for all
 */
export function installPackages(tests) {
  const wanted = PACKAGES.filter((row) => tests === undefined || row.tests.some(isAmong(tests)))
  const missing = wanted.filter((row) => !isInstalled(row.name))
  if (missing.length === 0) return
  for (const { name, tests } of missing)
    say(`the Debian package ${name} is missing, which ${tests.join(', ')} needs`)
  const obstacle = whyNot()
  if (obstacle !== undefined) return say(`not installed: ${obstacle}; those tests will be skipped`)
  say('installing with apt-get (HUFU_TEST_INSTALL=0 turns this off)')
  const done = aptInstall(missing.map((row) => row.name))
  if (!done) say('apt-get failed, its message is above; those tests will be skipped')
}

/**
 * Installs Debian packages, as root, and starts no service of theirs. False if apt-get failed; its report is on stderr.
 *
 * @param {readonly string[]} names
 */
export function aptInstall(names) {
  return (
    apt('update', '-qq') &&
    withoutServices(() => apt('install', '-qq', '-y', '--no-install-recommends', ...names))
  )
}

function isAmong(tests) {
  return (test) => tests.some((chosen) => chosen.replaceAll('\\', '/').endsWith(test))
}

function whyNot() {
  if (process.env.HUFU_TEST_INSTALL === '0') return 'HUFU_TEST_INSTALL is 0'
  if (!existsSync('/etc/debian_version')) return 'this is not Debian'
  if (process.getuid?.() !== 0) return 'only root can install packages'
  return undefined
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // apt's own report goes to stderr: stdout carries the tests' results.
  return spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env }).status === 0
}

/** Debian asks this file whether a package that is installed may start its services; 101 is no (invoke-rc.d(8)). */
const POLICY = '/usr/sbin/policy-rc.d'

/** Tests start their own processes: a web server on port 80 of every address is not what they asked for. */
function withoutServices(install) {
  if (existsSync(POLICY)) return install()
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return install()
  } finally {
    rmSync(POLICY)
  }
}

function say(text) {
  console.error(`hufu: ${text}`)
}
