import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolders } from './folders.ts'

test('folders', () => {
  const bench = mkdtempSync(join(tmpdir(), 'hufu-folders-'))
  try {
    const path = join(bench, 'a', 'b', 'c')
    makeFolders(path)
    makeFolders(path)
    assert.equal(statSync(path).mode & 0o777, 0o700)
    assert.equal(statSync(join(bench, 'a')).mode & 0o777, 0o700)
    writeFileSync(join(bench, 'file'), '')
    assert.throws(() => makeFolders(join(bench, 'file')), { code: 'EEXIST' })
    assert.throws(() => makeFolders(join(bench, 'file', 'below')), { code: /EEXIST|ENOTDIR/ })
  } finally {
    rmSync(bench, { recursive: true })
  }
})

test('a file system that makes no folders ends it', () => {
  assert.throws(() => makeFolders('/proc/hufu/folder'), { code: 'ENOENT' })
})
