import { spawnSync } from 'node:child_process'
import { arch, cpus, totalmem, type } from 'node:os'

/** The machine and what ran on it: system, cores, Node, then `PACKAGE VERSION` for each Debian package. */
export function machine(packages: readonly string[]): string[] {
  const cores = cpus()
  return [
    `${type()} ${arch()}`,
    `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown CPU'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB of memory`,
    `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
    ...packages.map((name) => `${name} ${packageVersion(name) ?? 'unknown'}`),
  ]
}

/** The installed version of a Debian package; undefined if it is not installed. */
export function packageVersion(name: string): string | undefined {
  const { status, stdout } = spawnSync(
    'dpkg-query',
    ['--show', '--showformat=${db:Status-Status} ${Version}', name],
    { encoding: 'utf8' },
  )
  const [state, version] = status === 0 ? stdout.split(' ') : []
  return state === 'installed' ? version : undefined
}
