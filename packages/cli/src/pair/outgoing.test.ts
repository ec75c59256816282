import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Output } from '../output.ts'
import type { OpenedSource } from '../files/source.ts'
import { sender, type Sending } from './outgoing.ts'
import { progressBoard } from './progress.ts'

/** What is noted of one file that ends as `over` says, and whether it was closed. */
async function sent(over: Sending): Promise<{ notes: readonly string[]; closed: boolean }> {
  const notes: string[] = []
  let closed = false
  const output = {
    event: async () => true,
    note: (text: string) => notes.push(text),
    screen: { drawn: false, status: () => undefined },
  } as unknown as Output
  const source = { name: 'a', kind: 'file', close: async () => void (closed = true) }
  const ended = Promise.withResolvers<void>()
  const sending = sender(over, output, progressBoard(output), ended.resolve)
  sending.send({ source, octets: 1, skipped: [] } as unknown as OpenedSource)
  await ended.promise
  return { notes, closed }
}

const failing = (code: ErrorCode): Sending => ({
  sendFile: async () => Promise.reject(new HufuError(code)),
})

test('a file is closed once it is across, or is not', async () => {
  assert.equal((await sent({ sendFile: async () => undefined })).closed, true)
  assert.equal((await sent(failing('ERR_PEER_GONE'))).closed, true)
})

test('who sends is not told to look at a disk of the others', async () => {
  const { notes } = await sent(failing('ERR_FILE_WRITE'))
  assert.match(notes.join('\n'), /at the other end \(ERR_FILE_WRITE\)/)
  assert.doesNotMatch(notes.join('\n'), /you may write/)
})
