import assert from 'node:assert/strict'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { FileEntry, FileOffer, FileSink, FileSource } from '@hufu/terminal'
import { writeFailure } from './failure.ts'
import { folderSink } from './sink.ts'
import { openSource } from './source.ts'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hufu-files-'))
  t.after(async () => rm(path, { recursive: true }))
  return path
}

async function offerOf(source: FileSource): Promise<[FileOffer, readonly FileEntry[]]> {
  const entries = await source.entries()
  const octets = entries.reduce((sum, entry) => sum + entry.octets, 0)
  return [{ name: source.name, kind: source.kind, octets, entries: entries.length }, entries]
}

/** What a session does, without one; at most `most` octets of each entry. */
async function transfer(source: FileSource, sink: FileSink, most = Infinity): Promise<string> {
  const [, entries] = await offerOf(source)
  await sink.open(entries)
  for (const [entry, { folder, octets }] of entries.entries()) {
    if (!folder) {
      let at = await sink.have(entry)
      await sink.truncate(entry, at)
      for (; at < Math.min(most, octets);) {
        const data = await source.read(entry, at, 1_000)
        const position = at
        at += data.length
        await sink.write(entry, position, [data])
      }
      if (at < octets) {
        await sink.suspend()
        return ''
      }
    }
    await sink.finish(entry)
  }
  return sink.complete()
}

function single(name: string, octets = 3): [FileOffer, readonly FileEntry[]] {
  const entry = { path: '', folder: false, octets, modified: 1_000, executable: false }
  return [{ name, kind: 'file', octets, entries: 1 }, [entry]]
}

test('a file arrives with its octets, its time and its executable bit, and nothing else', async (t) => {
  const path = await folder(t)
  const from = join(path, 'tool.sh')
  const octets = Uint8Array.from({ length: 12_345 }, (_, at) => at * 7)
  await writeFile(from, octets)
  await chmod(from, 0o4755)
  await utimes(from, 1_600_000_000, 1_600_000_000)
  const { source } = await openSource(from)
  const [offer] = await offerOf(source)
  const into = join(path, 'in')
  await mkdir(into)
  assert.equal(await transfer(source, folderSink(into, offer)), join(into, 'tool.sh'))
  await source.close()
  assert.deepEqual(Uint8Array.from(await readFile(join(into, 'tool.sh'))), octets)
  const info = await stat(join(into, 'tool.sh'))
  assert.equal(info.mtimeMs, 1_600_000_000_000)
  assert.equal(info.mode & 0o7100, 0o100)
  assert.deepEqual(await readdir(into), ['tool.sh'])
})

test('a folder arrives as a tree; links in it are left out and named', async (t) => {
  const path = await folder(t)
  const from = join(path, 'album')
  await mkdir(join(from, 'a', 'empty'), { recursive: true })
  await writeFile(join(from, 'a', 'one.txt'), 'one')
  await writeFile(join(from, 'zero'), '')
  await writeFile(join(from, 'två 虎.txt'), 'two')
  await symlink('/etc/passwd', join(from, 'a', 'link'))
  await utimes(join(from, 'a'), 1_500_000_000, 1_500_000_000)
  const { source, skipped, octets } = await openSource(`${from}/`)
  assert.deepEqual(skipped, ['a/link'])
  assert.equal(octets, 6)
  assert.equal(source.name, 'album')
  const [offer] = await offerOf(source)
  const into = join(path, 'in')
  await mkdir(into)
  await mkdir(join(into, 'album'))
  const final = await transfer(source, folderSink(into, offer))
  await source.close()
  assert.equal(final, join(into, 'album (1)'))
  assert.deepEqual((await readdir(final, { recursive: true })).toSorted(), [
    'a',
    'a/empty',
    'a/one.txt',
    'två 虎.txt',
    'zero',
  ])
  assert.equal(await readFile(join(final, 'a', 'one.txt'), 'utf8'), 'one')
  assert.equal((await stat(join(final, 'a'))).mtimeMs, 1_500_000_000_000)
  assert.deepEqual((await readdir(into)).toSorted(), ['album', 'album (1)'])
})

test('nothing that is there is replaced, not even a link that leads nowhere', async (t) => {
  const into = await folder(t)
  await writeFile(join(into, 'x.txt'), 'old')
  await symlink('/nowhere/at/all', join(into, 'x (1).txt'))
  const [offer, entries] = single('x.txt')
  for (const expected of ['x (2).txt', 'x (3).txt']) {
    const sink = folderSink(into, offer)
    await sink.open(entries)
    await sink.truncate(0, 0)
    await sink.write(0, 0, [Buffer.from('new')])
    await sink.finish(0)
    assert.equal(await sink.complete(), join(into, expected))
  }
  assert.equal(await readFile(join(into, 'x.txt'), 'utf8'), 'old')
  assert.equal(await readFile(join(into, 'x (2).txt'), 'utf8'), 'new')
  assert.ok((await lstat(join(into, 'x (1).txt'))).isSymbolicLink())
})

test('hostile names and paths are refused before anything is made', async (t) => {
  const into = await folder(t)
  const names = ['', '.', '..', '../x', '/x', 'a/b', 'a\0b', 'a\\b', 'c:x', 'nul', 'x.hufu-part']
  for (const name of names)
    await assert.rejects(folderSink(into, single(name)[0]).open(single(name)[1]), {
      code: 'ERR_FILE_NAME',
    })
  const paths = [
    '..',
    '../x',
    'a/../../x',
    '/etc/x',
    'a//b',
    './a',
    'a/.',
    '',
    'a\0',
    'a/',
    '\x1b[2J',
  ]
  for (const path of paths)
    for (const isFolder of [true, false]) {
      const entry = { path, folder: isFolder, octets: 0, modified: 0, executable: false }
      const offer: FileOffer = { name: 'album', kind: 'folder', octets: 0, entries: 1 }
      await assert.rejects(folderSink(into, offer).open([entry]), { code: 'ERR_FILE_NAME' })
    }
  assert.deepEqual(await readdir(into), [])
})

test('one path cannot be a file twice, or a file and a folder', async (t) => {
  const into = await folder(t)
  const file = { path: 'a', folder: false, octets: 0, modified: 0, executable: false }
  for (const other of ['a', 'a/b', 'a/b/c']) {
    const offer: FileOffer = { name: 'album', kind: 'folder', octets: 0, entries: 2 }
    await assert.rejects(folderSink(into, offer).open([file, { ...file, path: other }]), {
      code: 'ERR_FILE_NAME',
    })
  }
})

test('links in the place of a part are not followed', async (t) => {
  const path = await folder(t)
  const into = join(path, 'in')
  const secret = join(path, 'secret')
  await mkdir(into)
  await writeFile(secret, 'mine')
  const [offer, entries] = single('x', 9)
  const sink = folderSink(into, offer)
  await sink.open(entries)
  await symlink(secret, join(into, 'x.hufu-part'))
  await assert.rejects(sink.truncate(0, 0), { code: 'ERR_FILE_WRITE' })
  await assert.rejects(sink.write(0, 0, [Buffer.from('not mine!')]), { code: 'ERR_FILE_WRITE' })
  await assert.rejects(sink.have(0), { code: 'ERR_FILE_WRITE' })
  assert.equal(await readFile(secret, 'utf8'), 'mine')
})

test('a try that was cut off is found again; one of another source is not', async (t) => {
  const path = await folder(t)
  const from = join(path, 'big.bin')
  await writeFile(from, new Uint8Array(5_000).fill(7))
  const into = join(path, 'in')
  await mkdir(into)
  const { source } = await openSource(from)
  const [offer, entries] = await offerOf(source)
  await transfer(source, folderSink(into, offer), 2_000)
  assert.deepEqual((await readdir(into)).toSorted(), [
    'big.bin.hufu-part',
    'big.bin.hufu-part.json',
  ])

  const other = folderSink(into, offer)
  await other.open(entries.map((entry) => ({ ...entry, modified: entry.modified + 1 })))
  assert.equal(await other.have(0), 0)
  await other.discard()

  const again = folderSink(into, offer)
  await again.open(entries)
  assert.equal(await again.have(0), 2_000)
  assert.deepEqual(await again.readBack(0, 1_990, 100), new Uint8Array(10).fill(7))
  const rival = folderSink(into, offer)
  await rival.open(entries)
  assert.equal(await rival.have(0), 0, 'two at a time do not share a part')
  await rival.discard()
  await again.suspend()

  assert.equal(await transfer(source, folderSink(into, offer)), join(into, 'big.bin'))
  await source.close()
  assert.deepEqual(await readdir(into), ['big.bin'])
  assert.equal((await stat(join(into, 'big.bin'))).size, 5_000)
})

test('a part whose process was killed is found again', async (t) => {
  const into = await folder(t)
  const [offer, entries] = single('x', 4)
  const sink = folderSink(into, offer)
  await sink.open(entries)
  await sink.write(0, 0, [Buffer.from('ab')])
  await sink.suspend()
  const note = join(into, 'x.hufu-part.json')
  const gone = JSON.stringify({ ...JSON.parse(await readFile(note, 'utf8')), process: 4_194_303 })
  await writeFile(note, gone)
  const again = folderSink(into, offer)
  await again.open(entries)
  assert.equal(await again.have(0), 2)
  await again.discard()
  assert.deepEqual(await readdir(into), [])
})

test('a file that changes while it is sent is ERR_FILE_CHANGED', async (t) => {
  const path = await folder(t)
  const from = join(path, 'log')
  await writeFile(from, 'abcdef')
  const { source } = await openSource(from)
  assert.equal(Buffer.from(await source.read(0, 0, 3)).toString(), 'abc')
  await writeFile(from, 'abcdefgh')
  await assert.rejects(source.read(0, 3, 3), { code: 'ERR_FILE_CHANGED' })
  await source.close()
})

test('what cannot be sent is ERR_FILE_READ', async (t) => {
  const path = await folder(t)
  for (const bad of [join(path, 'none'), '/dev/null', '/'])
    await assert.rejects(openSource(bad), { code: 'ERR_FILE_READ' })
})

test('a folder that cannot be written is ERR_FILE_WRITE, with the reason', async (t) => {
  const path = await folder(t)
  const [offer, entries] = single('x')
  await assert.rejects(folderSink(join(path, 'none'), offer).open(entries), {
    code: 'ERR_FILE_WRITE',
    message: /no such folder/,
  })
})

test('a full disk is ERR_FILE_WRITE, and says so', async () => {
  const full: unknown = await writeFile('/dev/full', 'x').catch((error: unknown) => error)
  assert.equal(writeFailure('x', full).message, 'x: the disk is full')
})
