import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { zipOf } from './zip.ts'

const MODIFIED = new Date(2026, 10, 21, 13, 14, 16).getTime()

/** What stands in an archive's directory, and the octets that it points to. */
async function read(archive: Blob): Promise<readonly object[]> {
  const bytes = Buffer.from(await archive.arrayBuffer())
  const end = bytes.length - 22
  assert.equal(bytes.readUInt32LE(end), 0x0605_4b50)
  assert.equal(bytes.readUInt32LE(end - 20), 0x0706_4b50)
  const end64 = Number(bytes.readBigUInt64LE(end - 12))
  assert.equal(bytes.readUInt32LE(end64), 0x0606_4b50)
  const count = Number(bytes.readBigUInt64LE(end64 + 32))
  const found = []
  let at = Number(bytes.readBigUInt64LE(end64 + 48))
  for (let number = 0; number < count; number++) {
    assert.equal(bytes.readUInt32LE(at), 0x0201_4b50)
    const name = bytes.readUInt16LE(at + 28)
    const extra = at + 46 + name
    const size = Number(bytes.readBigUInt64LE(extra + 4))
    const local = Number(bytes.readBigUInt64LE(extra + 20))
    assert.equal(bytes.readUInt32LE(local), 0x0403_4b50)
    assert.deepEqual(bytes.subarray(local + 6, local + 26), bytes.subarray(at + 8, at + 28))
    const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const data = bytes.subarray(begin, begin + size)
    found.push({
      path: bytes.toString('utf8', at + 46, extra),
      data: data.toString(),
      sound: crc32(data) === bytes.readUInt32LE(at + 16),
      rights: bytes.readUInt16LE(at + 40).toString(8),
      time: bytes.readUInt16LE(at + 12),
    })
    at = extra + 28
  }
  assert.equal(at, end64)
  return found
}

test('an archive holds folders and files with names, times and checksums', async () => {
  const file = (path: string, text: string): Parameters<typeof zipOf>[0][number] => ({
    path,
    modified: MODIFIED,
    data: new Blob([text]),
    crc32: crc32(text),
  })
  const folder = { path: '相册/', modified: MODIFIED, data: new Blob(), crc32: 0 }
  const archive = zipOf([folder, file('相册/虎.txt', 'one'), file('相册/zero', '')])
  const time = (13 << 11) | (14 << 5) | 8
  assert.deepEqual(await read(archive), [
    { path: '相册/', data: '', sound: true, rights: '40755', time },
    { path: '相册/虎.txt', data: 'one', sound: true, rights: '100644', time },
    { path: '相册/zero', data: '', sound: true, rights: '100644', time },
  ])
})

test('an empty archive, and a time before zip’s first year', async () => {
  assert.deepEqual(await read(zipOf([])), [])
  const [old] = await read(zipOf([{ path: 'a', modified: 0, data: new Blob(), crc32: 0 }]))
  assert.ok(old !== undefined)
})
