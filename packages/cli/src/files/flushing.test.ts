import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flushing } from './flushing.ts'

/** A file whose syncs end when the test says so. */
function slowDisk(): { readonly syncs: PromiseWithResolvers<void>[]; datasync(): Promise<void> } {
  const syncs: PromiseWithResolvers<void>[] = []
  return {
    syncs,
    datasync() {
      const sync = Promise.withResolvers<void>()
      syncs.push(sync)
      return sync.promise
    },
  }
}

test('each 64 MiB go to the disk while more is written, but not more than 128 MiB', async () => {
  const disk = slowDisk()
  const flush = flushing(disk)
  await flush.wrote(67_108_863)
  assert.equal(disk.syncs.length, 0)
  await flush.wrote(1)
  assert.equal(disk.syncs.length, 1)
  await flush.wrote(67_108_863)
  let waits = true
  const second = flush.wrote(1).then(() => (waits = false))
  await new Promise(setImmediate)
  assert.deepEqual([waits, disk.syncs.length], [true, 1])
  disk.syncs[0]!.resolve()
  await second
  assert.equal(disk.syncs.length, 2)
})

test('what the disk refused is told, at the latest at the end', async () => {
  const disk = slowDisk()
  const flush = flushing(disk)
  await flush.wrote(70_000_000)
  disk.syncs[0]!.reject(new Error('EIO'))
  await flush.wrote(1)
  await assert.rejects(flush.settled(), /EIO/)
  await assert.rejects(flush.wrote(70_000_000), /EIO/)
})
