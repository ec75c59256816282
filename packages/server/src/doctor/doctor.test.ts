import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { backupBench, type BackupBench } from '../backup/backup.testing.ts'
import { makeBackup } from '../backup/backup.ts'
import { restoreBackup } from '../backup/restore.ts'
import type { Config } from '../config.ts'
import { testFolder } from '../server.testing.ts'
import { selfCertificate } from '../tls/self.ts'
import { rotate } from '../vault/rotation.ts'
import { openSafe } from '../vault/safe.ts'
import { examine, type DoctorOptions } from './doctor.ts'
import { CHECKS, type Check, type Finding } from './finding.ts'
import { nodeVersion, openFiles } from './machine.ts'

// The doctor warns of a folder in memory, and temporary files of tests may be there.
process.env['TMPDIR'] = '/var/tmp'

async function examined(config: Config, options?: DoctorOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for await (const finding of examine(config, options)) findings.push(finding)
  return findings
}

/** What is not well, and what is said of it. */
async function complaints(config: Config, options?: DoctorOptions): Promise<readonly string[]> {
  const findings = await examined(config, options)
  return findings.flatMap((finding) =>
    // whether something sets this machine's clock is its own affair
    finding.is === 'ok' || finding.found.endsWith('not set by NTP')
      ? []
      : [`${finding.is} ${finding.check}: ${finding.found}; ${finding.advice}`],
  )
}

async function only(config: Config, pattern: RegExp, options?: DoctorOptions): Promise<void> {
  const found = await complaints(config, options)
  assert.equal(found.length, 1, found.join('\n'))
  assert.match(found[0]!, pattern)
}

/** A folder in which a server has run. */
async function healthy(
  t: Parameters<BackupBench['serve']>[0],
  settings: Partial<Config> = {},
): Promise<BackupBench> {
  const bench = backupBench(settings)
  await (
    await bench.serve(t)
  )()
  return bench
}

function tamper({ config }: BackupBench, sql: string): void {
  const database = new DatabaseSync(join(config.data, 'hufu.db'))
  database.exec(sql)
  database.close()
}

async function listening(t: Parameters<BackupBench['serve']>[0], http: Server): Promise<number> {
  t.after(() => http.close())
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return (http.address() as AddressInfo).port
}

test('a server that is well is well in all respects, in the order of the list, running or not', async (t) => {
  const bench = await healthy(t, { tls: 'self' })
  assert.deepEqual(await complaints(bench.config), [])
  const checks = (findings: readonly Finding[]): readonly Check[] =>
    findings.map(({ check }) => check)
  const stopped = checks(await examined(bench.config))
  assert.deepEqual(
    stopped,
    CHECKS.filter((check) => check !== 'server'),
  )
  await bench.serve(t)
  const ca = readFileSync(join(bench.config.data, 'tls', 'ca.pem'), 'utf8')
  const running = await examined(bench.config, { authorities: [ca] })
  assert.deepEqual(
    checks(running),
    CHECKS.filter((check) => check !== 'port'),
  )
  assert.deepEqual(await complaints(bench.config, { authorities: [ca] }), [])
  await only(bench.config, /^fail server: .*certificate/)
})

test('a folder that is none is named, and not made', async () => {
  const bench = backupBench()
  await only(bench.config, /^fail folder: .*data: no server has kept anything here; give --data/)
  assert.throws(() => readFileSync(bench.config.data), { code: 'ENOENT' })
})

test('what is open to others is named, with what closes it', async (t) => {
  const bench = await healthy(t)
  chmodSync(join(bench.config.data, 'hufu.db'), 0o644)
  await only(bench.config, /^fail permissions: .*hufu\.db: open to others; chmod go= \S+hufu\.db$/)
})

test('a database that is damaged, not up to date, or no database', async (t) => {
  const bench = await healthy(t)
  tamper(bench, `PRAGMA foreign_keys = OFF; INSERT INTO members VALUES (x'00', 0, x'01', NULL)`)
  await only(bench.config, /^fail database: .*a row of members refers to none; .*hufu restore/)
  const older = await healthy(t)
  tamper(older, `DELETE FROM kysely_migration WHERE name >= '0004'`)
  await only(older.config, /^warn schema: 0003-audit, this hufu has /)
  tamper(older, `INSERT INTO kysely_migration VALUES ('9999-later', '2030')`)
  await only(older.config, /^fail database: .*newer hufu \(9999-later\)/)
  writeFileSync(join(older.config.data, 'hufu.db'), 'no database')
  await only(older.config, /^fail database: /)
})

test('a master key that is lost, another, or being changed', async (t) => {
  const bench = await healthy(t)
  const path = join(bench.config.data, 'master.key')
  const key = readFileSync(path)
  rmSync(path)
  await only(bench.config, /^fail master-key: .*there is none/)
  writeFileSync(path, `${Buffer.alloc(32, 3).toString('base64url')}\n`, { mode: 0o600 })
  await only(bench.config, /^fail master-key: .*ERR_VAULT_KEY/)
  writeFileSync(path, key)
  const safe = await openSafe(bench.config)
  await assert.rejects(rotate(safe, { signal: AbortSignal.abort() }), { code: 'ERR_INTERRUPTED' })
  await safe.close()
  await only(bench.config, /^warn master-key: .*not finished/)
})

test('a record that was altered, and one that is ahead of the clock', async (t) => {
  const bench = await healthy(t)
  const ahead = new Date(Date.now() + 3_600_000)
  tamper(bench, `UPDATE audit_entries SET at = ${ahead.getTime()} WHERE seq = 2`)
  const found = await complaints(bench.config)
  assert.match(found[0]!, /^fail audit: entry 2 was changed/)
  assert.match(found[1]!, new RegExp(`^warn clock: .*entry of ${ahead.toISOString()}`))
})

test('a restore that waits, and what one has left', async (t) => {
  const bench = await healthy(t)
  await makeBackup(bench.config, bench.file)
  const stop = await bench.serve(t)
  await restoreBackup(bench.config, bench.file, { nextStart: true })
  await stop()
  await only(bench.config, /^warn folder: .*a restore waits/)
  await bench.put('something')
  assert.deepEqual(await complaints(bench.config), [])
  const [, folder] = await examined(bench.config)
  assert.match(folder!.found, /former-\d+T\d+Z \(.* kB\) may be deleted/)
})

test('a certificate that is for others, ends soon, or has ended', async (t) => {
  const bench = await healthy(t)
  const folder = testFolder()
  const day = 86_400_000
  const at = async (daysAgo: number): Promise<Config> => {
    let key = ''
    const place = { load: async () => undefined, save: async (pem: string) => void (key = pem) }
    await selfCertificate(folder, ['hufu.example'], place, Date.now() - daysAgo * day)
    const tlsKey = join(folder, 'key.pem')
    writeFileSync(tlsKey, key, { mode: 0o600 })
    const names = ['hufu.example:8443']
    return { ...bench.config, tlsCert: join(folder, 'cert.pem'), tlsKey, names }
  }
  assert.deepEqual(await complaints(await at(0)), [])
  await only({ ...(await at(0)), names: ['other.example'] }, /^fail .*not good for other\.example/)
  await only(await at(380), /^warn certificate: .*until 20/)
  await only(await at(400), /^fail certificate: .*expired on/)
  await only(
    { ...bench.config, tlsCert: join(folder, 'none'), tlsKey: '' },
    /^fail certificate: .*cannot be read/,
  )
})

test('a port that is taken, a web app that is not there', async (t) => {
  const bench = await healthy(t)
  const port = await listening(t, createServer())
  const taken = { ...bench.config, listen: { host: '127.0.0.1', port } }
  await only(taken, new RegExp(`^fail port: 127\\.0\\.0\\.1:${port}: in use`))
  const web = testFolder()
  await only({ ...bench.config, web }, /^fail web: .*no index\.html/)
  mkdirSync(join(web, 'x'))
  writeFileSync(join(web, 'index.html'), '')
  assert.deepEqual(await complaints({ ...bench.config, web }), [])
})

test('an authority apart that is away', async (t) => {
  const bench = await healthy(t)
  const apart = createServer((_, response) => response.end())
  const port = await listening(t, apart)
  const config = { ...bench.config, authority: `http://127.0.0.1:${port}` }
  assert.deepEqual(await complaints(config), [])
  apart.close()
  apart.closeAllConnections()
  await only(config, /^fail authority: .*ECONNREFUSED/)
})

test('a server afar: silent, not ready, with another time', async (t) => {
  const afar = { afar: true }
  let status = 200
  let seconds = 0
  const http = createServer((_, response) => {
    const date = new Date(Date.now() + seconds * 1_000).toUTCString()
    response.writeHead(status, { Date: date })
    response.end()
  })
  const port = await listening(t, http)
  const url = `http://127.0.0.1:${port}/`
  const { config } = backupBench()
  assert.deepEqual(await complaints(config, { ...afar, url }), [])
  seconds = -120
  await only(config, /^warn server: .*differ by -1(19|20) s/, { ...afar, url })
  status = 503
  await only(config, /^fail server: .*not ready \(503\)/, { ...afar, url })
  http.close()
  http.closeAllConnections()
  await only(config, /^fail server: .*ECONNREFUSED/, { ...afar, url })
})

test('versions of Node, and open files', async () => {
  assert.deepEqual(
    ['22.22.0', '24.11.0', '24.12.0', '24.21.0', '26.0.0'].map((each) => nodeVersion(each).is),
    ['fail', 'fail', 'ok', 'ok', 'warn'],
  )
  assert.equal((await openFiles({ connections: 1 }, undefined)).is, 'ok')
  const most = await openFiles({ connections: 1_000_000_000 }, process.pid)
  if (process.platform === 'linux') assert.equal(most.is, 'warn')
})
