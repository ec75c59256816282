import assert from 'node:assert/strict'
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { testFolder } from '../server.testing.ts'
import { holderOf, lockFolder, tellHolder } from './lock.ts'
import { formerName, makeReady, PART, pendingNote, takeRestored } from './restored.ts'

const FORMER = ['hufu.db', 'hufu.db-wal', 'hufu.db-shm', 'audit.marks']

/** A folder with former data and a restore that waits. */
function waiting(): string {
  const folder = testFolder()
  for (const name of [...FORMER, 'master.key']) writeFileSync(join(folder, name), `old ${name}`)
  mkdirSync(join(folder, 'tls'))
  writeFileSync(join(folder, 'tls', 'ca.pem'), 'old ca')
  const part = join(folder, PART)
  mkdirSync(join(part, 'tls'), { recursive: true })
  for (const name of ['hufu.db', 'audit.marks', 'tls/ca.pem'])
    writeFileSync(join(part, name), `new ${name}`)
  const note = { id: 'a', backup: 'b', through: 1, former: 'former-x' }
  writeFileSync(join(part, 'restored.json'), JSON.stringify(note))
  makeReady(folder)
  return folder
}

/** From now on the `n`th renaming fails, as if the process had ended there. */
function cutAt(t: TestContext, n: number): { readonly done: () => boolean; mend(): void } {
  const { renameSync } = fs
  let left = n
  fs.renameSync = (from, to) => {
    if (left === 0) throw new Error('killed')
    left -= 1
    renameSync(from, to)
  }
  syncBuiltinESMExports()
  const mend = (): void => {
    fs.renameSync = renameSync
    syncBuiltinESMExports()
  }
  t.after(mend)
  return { done: () => left > 0, mend }
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

test('a restore that was cut off anywhere is ended by whoever comes next, and the former data are whole', (t) => {
  let cuts = 0
  for (let n = 0; ; n += 1) {
    const folder = waiting()
    const cut = cutAt(t, n)
    try {
      takeRestored(folder)
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'ERR_DATA_FOLDER')
      cuts += 1
    }
    const over = cut.done()
    cut.mend()
    takeRestored(folder)
    for (const name of ['hufu.db', 'audit.marks', 'tls/ca.pem'])
      assert.equal(read(folder, name), `new ${name}`, `cut at ${n}`)
    for (const name of FORMER)
      assert.equal(read(join(folder, 'former-x'), name), `old ${name}`, `cut at ${n}`)
    assert.equal(read(folder, 'master.key'), 'old master.key')
    assert.equal(existsSync(join(folder, 'hufu.db-wal')), false, `cut at ${n}`)
    assert.equal(pendingNote(folder)?.backup, 'b')
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('restore.')),
      [],
    )
    if (over) break
  }
  assert.ok(cuts > 8, `${cuts} cuts`)
})

test('former data get a name that nothing has', () => {
  const folder = testFolder()
  const now = new Date('2026-11-22T02:30:00.123Z')
  assert.equal(formerName(folder, now), 'former-20261122T023000Z')
  mkdirSync(join(folder, 'former-20261122T023000Z'))
  assert.equal(formerName(folder, now), 'former-20261122T023000Z-2')
})

test('whoever finds a folder taken is told by whom, and nobody when it is free', () => {
  const folder = testFolder()
  assert.equal(holderOf(folder), undefined)
  const unlock = lockFolder(folder, 'hufu vault rotate')
  assert.deepEqual(holderOf(folder), {
    does: 'hufu vault rotate',
    pid: process.pid,
    url: undefined,
  })
  tellHolder(folder, 'hufu serve', 'http://127.0.0.1:1')
  const text = new RegExp(`hufu serve, process ${process.pid}, http://127.0.0.1:1`)
  assert.throws(() => lockFolder(folder), { code: 'ERR_DATA_FOLDER', message: text })
  unlock()
  assert.equal(holderOf(folder), undefined)
  writeFileSync(join(folder, 'hufu.holder'), '{')
  lockFolder(folder)()
})
