import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileEntry, FileOffer } from '@hufu/terminal'
import { checkNames } from './names.ts'

const file: FileEntry = { path: '', folder: false, octets: 0, modified: 0, executable: false }

function check(kind: FileOffer['kind'], name: string, ...paths: readonly string[]): void {
  const entries = paths.map((path) => ({
    ...file,
    path: path.replace(/\/$/, ''),
    folder: path.endsWith('/'),
  }))
  checkNames({ name, kind, octets: 0, entries: entries.length }, entries)
}

test('what can be made is taken', () => {
  check('file', '照片.jpg', '')
  check('folder', '相册')
  check('folder', 'album', 'a/', 'a/b', 'a/c/', 'd/e/f')
})

test('what leads elsewhere, or cannot be made, is refused', () => {
  for (const name of ['', '.', '..', '../x', '/x', 'a/b', 'a\0b', 'a\\b', 'c:x', 'nul'])
    for (const kind of ['file', 'folder'] as const)
      assert.throws(() => check(kind, name, kind === 'file' ? '' : 'a'), { code: 'ERR_FILE_NAME' })
  for (const path of ['..', '../x', 'a/../../x', '/x', 'a//b', './a', 'a\0', ''])
    assert.throws(() => check('folder', 'album', path), { code: 'ERR_FILE_NAME' })
  for (const paths of [
    ['a', 'a'],
    ['a', 'a/b'],
    ['a/b/c', 'a/b'],
    ['a', 'a/'],
  ])
    assert.throws(() => check('folder', 'album', ...paths), { code: 'ERR_FILE_NAME' })
  for (const paths of [[], ['', ''], ['a']])
    assert.throws(() => check('file', 'x', ...paths), { code: 'ERR_FILE_NAME' })
})
