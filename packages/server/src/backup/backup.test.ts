import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { exportAudit, verifyAudit } from '../audit/index.ts'
import { lastMarkIn, marksFileIn } from '../audit/marks-file.ts'
import { testFolder } from '../server.testing.ts'
import { lockRestore } from '../store/lock.ts'
import { rotateVault } from '../vault/operate.ts'
import { backupBench, type BackupBench } from './backup.testing.ts'
import { makeBackup } from './backup.ts'
import { checkBackup, restoreBackup } from './restore.ts'

/** Tables of the first three steps. */
const OLD_TABLES = /^(meta|slots|names|guesses|sessions|members|(vault|audit|kysely|sqlite)_.*)$/

function actions({ config }: BackupBench): readonly string[] {
  return [...exportAudit(config.data)].flat().map(({ action }) => action)
}

function former({ config }: BackupBench): readonly string[] {
  return readdirSync(config.data).filter((name) => name.startsWith('former-'))
}

/** A folder with one secret that is in a backup, and one that came after it. */
async function backedUp(t: Parameters<BackupBench['serve']>[0]): Promise<BackupBench> {
  const bench = backupBench({ tls: 'self' })
  await (
    await bench.serve(t)
  )()
  await bench.put('before')
  await makeBackup(bench.config, bench.file)
  await bench.put('after')
  return bench
}

describe('a backup', () => {
  test('of a folder whose server does not run is one file, whole, for its owner only, and no key in it', async (t) => {
    const bench = await backedUp(t)
    assert.equal(statSync(bench.file).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(dirname(bench.file)).toSorted(), ['backup.tar', 'data'])
    const checked = await checkBackup(bench.config, bench.file)
    assert.equal(checked.fault, null)
    assert.equal(actions(bench).at(-1), 'backup.make')
    const key = readFileSync(join(bench.config.data, 'master.key'), 'utf8').trim()
    const content = readFileSync(bench.file)
    assert.equal(content.includes(key), false)
    assert.equal(content.includes(Buffer.from(key, 'base64url')), false)
    assert.equal(checked.entries, (await verifyAudit(bench.config.data)).last)
  })

  test('is an archive that tar can look into', async (t) => {
    const bench = await backedUp(t)
    const list = execFileSync('tar', ['tf', bench.file], { encoding: 'utf8' }).trim().split('\n')
    const parts = ['hufu.db', 'audit.marks', 'tls/ca.pem', 'tls/cert.pem']
    assert.deepEqual(list, ['manifest.json', 'seal.json', ...parts])
    const folder = testFolder()
    execFileSync('tar', ['xf', bench.file, '-C', folder])
    const { fault, last } = await verifyAudit(folder)
    assert.deepEqual([fault, last > 0], [undefined, true])
  })

  test('can be made while the server runs, again and again, with marks that the database knows', async (t) => {
    const bench = backupBench({ auditMarkEntries: 1 })
    await bench.serve(t)
    for (let n = 0; n < 4; n += 1) {
      const file = `${bench.file}.${n}`
      const { entries, fault } = await makeBackup(bench.config, file)
      assert.equal(fault, null)
      assert.equal((await checkBackup(bench.config, file)).entries, entries)
    }
    assert.equal(actions(bench).filter((each) => each === 'backup.make').length, 4)
    assert.equal((await verifyAudit(bench.config.data)).fault, undefined)
  })

  test('takes no file’s place unless it is told to, and leaves nothing behind when it cannot be made', async (t) => {
    const bench = await backedUp(t)
    const before = readFileSync(bench.file)
    await assert.rejects(makeBackup(bench.config, bench.file), { code: 'ERR_FILE_WRITE' })
    assert.deepEqual(readFileSync(bench.file), before)
    await makeBackup(bench.config, bench.file, { force: true })
    assert.notDeepEqual(readFileSync(bench.file), before)
    const nowhere = join(bench.file, 'below', 'a', 'file')
    await assert.rejects(makeBackup(bench.config, nowhere), { code: 'ERR_FILE_WRITE' })
    const config = { ...bench.config, masterKeyFile: join(testFolder(), 'none') }
    await assert.rejects(makeBackup(config, `${bench.file}.2`), { code: 'ERR_VAULT_KEY' })
    await assert.rejects(makeBackup({ ...bench.config, data: testFolder() }, `${bench.file}.2`), {
      code: 'ERR_DATA_FOLDER',
    })
    assert.deepEqual(readdirSync(dirname(bench.file)).toSorted(), ['backup.tar', 'data'])
  })

  test('goes on where one that was killed has left its folder', async (t) => {
    const bench = await backedUp(t)
    mkdirSync(`${bench.file}.part`)
    writeFileSync(join(`${bench.file}.part`, 'hufu.db'), 'half')
    await makeBackup(bench.config, bench.file, { force: true })
    await checkBackup(bench.config, bench.file)
    assert.equal(existsSync(`${bench.file}.part`), false)
  })

  test('of a damaged database is none', async (t) => {
    const bench = await backedUp(t)
    const path = join(bench.config.data, 'hufu.db')
    const database = new DatabaseSync(path)
    database.exec(`PRAGMA foreign_keys = OFF; INSERT INTO members VALUES (x'00', 0, x'01', NULL)`)
    database.close()
    await assert.rejects(makeBackup(bench.config, `${bench.file}.2`), {
      code: 'ERR_DATA_FOLDER',
      message: /members/,
    })
  })
})

describe('a restore', () => {
  test('puts the data back as they were, keeps the former ones, and says so in the record', async (t) => {
    const bench = await backedUp(t)
    const before = await verifyAudit(bench.config.data)
    const { inPlace, former: aside } = await restoreBackup(bench.config, bench.file)
    assert.equal(inPlace, true)
    assert.deepEqual(await bench.names('before', 'after'), ['before'])
    assert.deepEqual(actions(bench).slice(-2), ['backup.make', 'backup.restore'])
    const { fault, restores, last } = await verifyAudit(bench.config.data)
    assert.deepEqual([fault, restores], [undefined, [{ seq: last, former: before.last }]])
    assert.deepEqual(await verifyAudit(aside!), before)
    const back = { ...bench, config: { ...bench.config, data: aside! } }
    copyFileSync(join(bench.config.data, 'master.key'), join(aside!, 'master.key'))
    assert.deepEqual(await names(back, 'before', 'after'), ['before', 'after'])
    await (
      await bench.serve(t)
    )()
    assert.equal((await verifyAudit(bench.config.data)).fault, undefined)
  })

  test('to a new machine takes the key, and nothing else', async (t) => {
    const bench = await backedUp(t)
    const data = join(testFolder(), 'new')
    const config = { ...bench.config, data }
    await assert.rejects(restoreBackup(config, bench.file), {
      code: 'ERR_VAULT_KEY',
      message: /the backup is under the master key [0-9a-f]{32}.*there is none/,
    })
    assert.equal(existsSync(data), false)
    mkdirSync(data)
    copyFileSync(join(bench.config.data, 'master.key'), join(data, 'master.key'))
    assert.equal((await restoreBackup(config, bench.file)).former, null)
    assert.deepEqual(await names({ ...bench, config }, 'before', 'after'), ['before'])
    assert.deepEqual(readdirSync(data).toSorted(), [
      'audit.marks',
      'hufu.db',
      'hufu.lock',
      'master.key',
      'tls',
    ])
  })

  test('is refused before anything is touched: another key, another server, a file that is none', async (t) => {
    const bench = await backedUp(t)
    const other = await backedUp(t)
    const before = snapshot(bench.config.data)
    const refusals: readonly (readonly [() => Promise<unknown>, string, RegExp])[] = [
      [() => restoreBackup(bench.config, other.file), 'ERR_VAULT_KEY', /is under the master key/],
      [
        () =>
          restoreBackup(
            { ...bench.config, masterKeyFile: join(other.config.data, 'master.key') },
            other.file,
          ),
        'ERR_DATA_FOLDER',
        /another server/,
      ],
      [() => restoreBackup(bench.config, join(testFolder(), 'none')), 'ERR_FILE_READ', /none/],
      [() => restoreBackup(bench.config, testFolder()), 'ERR_FILE_READ', /is no file/],
      [
        () => restoreBackup(bench.config, join(bench.config.data, 'hufu.db')),
        'ERR_BACKUP_DAMAGED',
        /no backup of hufu/,
      ],
    ]
    for (const [refused, code, message] of refusals)
      await assert.rejects(refused(), { code, message })
    assert.deepEqual(snapshot(bench.config.data), before)
    assert.deepEqual(former(bench), [])
  })

  test('of a file that was cut off or altered anywhere is refused', async (t) => {
    const bench = await backedUp(t)
    const whole = readFileSync(bench.file)
    const bad = `${bench.file}.bad`
    const before = snapshot(bench.config.data)
    const refuse = async (what: string): Promise<void> => {
      for (const act of [checkBackup, restoreBackup])
        await assert.rejects(act(bench.config, bad), { code: 'ERR_BACKUP_DAMAGED' }, what)
    }
    const places = [0, 156, 600, 1_500, 2_000, 20_000, whole.length >> 1, whole.length - 600]
    for (const at of [...places, whole.length - 1]) {
      const altered = Buffer.from(whole)
      altered[at]! ^= 1
      writeFileSync(bad, altered)
      await refuse(`altered at ${at}`)
      writeFileSync(bad, whole)
      truncateSync(bad, at)
      await refuse(`cut off at ${at}`)
    }
    writeFileSync(bad, whole)
    appendFileSync(bad, Buffer.alloc(512))
    await refuse('longer')
    assert.deepEqual(snapshot(bench.config.data), before)
  })

  test('of one that somebody without the key has put together anew is refused', async (t) => {
    const bench = await backedUp(t)
    const content = readFileSync(bench.file)
    // a manifest that is right for what it lists, but is not the one that was sealed
    const text = content.toString('latin1')
    const made = /"made": "(....)/.exec(text)!
    const at = made.index + made[0].length - 4
    content.write('1999', at, 'latin1')
    writeFileSync(bench.file, content)
    await assert.rejects(restoreBackup(bench.config, bench.file), {
      code: 'ERR_BACKUP_DAMAGED',
      message: /did not have the master key/,
    })
  })

  test('while a server runs is refused, or waits for its next start', async (t) => {
    const bench = await backedUp(t)
    const stop = await bench.serve(t)
    await assert.rejects(restoreBackup(bench.config, bench.file), {
      code: 'ERR_DATA_FOLDER',
      message: /hufu serve, process \d+, http.*--next-start/,
    })
    const unlock = lockRestore(bench.config.data)
    await assert.rejects(restoreBackup(bench.config, bench.file, { nextStart: true }), {
      message: /another restore/,
    })
    unlock()
    const { inPlace } = await restoreBackup(bench.config, bench.file, { nextStart: true })
    assert.equal(inPlace, false)
    assert.equal(actions(bench).includes('backup.restore'), false)
    // what it goes on to do stays in the former data
    await makeBackup(bench.config, `${bench.file}.2`)
    await stop()
    const last = (await verifyAudit(bench.config.data)).last
    const again = await bench.serve(t)
    const { fault, restores } = await verifyAudit(bench.config.data)
    assert.equal(fault, undefined)
    assert.equal(restores[0]?.former, last)
    await again()
    assert.deepEqual(await bench.names('before', 'after'), ['before'])
    assert.equal(former(bench).length, 1)
  })

  test('is shown by marks that were kept elsewhere', async (t) => {
    const bench = await backedUp(t)
    await (
      await bench.serve(t)
    )()
    const mark = (await lastMarkIn(marksFileIn(bench.config.data)))!
    await restoreBackup(bench.config, bench.file)
    const { restores } = await verifyAudit(bench.config.data)
    const { fault } = await verifyAudit(bench.config.data, { mark })
    const { seq } = restores[0]!
    assert.deepEqual(fault, { is: 'replaced', seq, through: mark.seq, by: 'given' })
    for (let n = 0; n < 4; n += 1) await (await bench.serve(t))()
    const later = await verifyAudit(bench.config.data, { mark })
    assert.ok(later.last > mark.seq)
    assert.equal(later.fault?.is, 'replaced')
  })

  test('from before a change of the master key takes the old key', async (t) => {
    const bench = await backedUp(t)
    const path = join(bench.config.data, 'master.key')
    const old = `${bench.file}.key`
    copyFileSync(path, old)
    await rotateVault(bench.config)
    await assert.rejects(restoreBackup(bench.config, bench.file), { code: 'ERR_VAULT_KEY' })
    const config = { ...bench.config, masterKeyFile: old }
    await restoreBackup(config, bench.file)
    assert.deepEqual(await names({ ...bench, config }, 'before', 'after'), ['before'])
  })

  test('of older tables brings them up, of newer ones is refused', async (t) => {
    const bench = await backedUp(t)
    const database = new DatabaseSync(join(bench.config.data, 'hufu.db'))
    database.exec('PRAGMA foreign_keys = OFF')
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all()
    for (const { name } of tables)
      if (!OLD_TABLES.test(String(name))) database.exec(`DROP TABLE ${String(name)}`)
    database.exec('ALTER TABLE sessions DROP COLUMN lossy')
    database.exec('DROP INDEX members_session_terminal')
    database.exec(`DELETE FROM kysely_migration WHERE name >= '0004'`)
    database.close()
    const older = `${bench.file}.older`
    await makeBackup(bench.config, older)
    await restoreBackup(bench.config, older)
    assert.deepEqual(await bench.names('before', 'after'), ['before', 'after'])

    const newer = new DatabaseSync(join(bench.config.data, 'hufu.db'))
    newer.exec(`INSERT INTO kysely_migration VALUES ('9999-later', '2030')`)
    newer.close()
    await assert.rejects(makeBackup(bench.config, `${bench.file}.newer`), {
      code: 'ERR_STORE_VERSION',
    })
  })

  test('of a record that was broken before is done on demand only', async (t) => {
    const bench = await backedUp(t)
    const database = new DatabaseSync(join(bench.config.data, 'hufu.db'))
    database.exec(`UPDATE audit_entries SET outcome = 'ERR_LISTEN' WHERE seq = 2`)
    database.close()
    const file = `${bench.file}.broken`
    const { fault } = await makeBackup(bench.config, file)
    assert.match(fault ?? '', /entry 2 was changed/)
    await assert.rejects(restoreBackup(bench.config, file), { code: 'ERR_AUDIT_BROKEN' })
    await restoreBackup(bench.config, file, { force: true })
    assert.deepEqual(await bench.names('before', 'after'), ['before', 'after'])
  })

  test('from a key in the environment works as from a file', async () => {
    const masterKey = Buffer.alloc(32, 5).toString('base64url')
    const bench = backupBench({ masterKey })
    await bench.put('before')
    await makeBackup(bench.config, bench.file)
    rmSync(bench.config.data, { recursive: true })
    await restoreBackup(bench.config, bench.file)
    assert.deepEqual(await bench.names('before'), ['before'])
  })
})

function names(bench: BackupBench, ...wanted: readonly string[]): Promise<readonly string[]> {
  return backupBench(bench.config).names(...wanted)
}

/** Names of all files but those that a reader of the database makes, and its octets. */
function snapshot(data: string): unknown {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
  const kept = files.filter((name) => !name.startsWith('hufu.db-')).toSorted()
  return [kept, readFileSync(join(data, 'hufu.db'))]
}
