import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { CallIdentity } from '@hufu/terminal'
import type { Output } from '../output.ts'
import { isTaken, joined } from './decide.ts'
import type { Rung } from './rings.ts'

const events: string[] = []
const output = {
  note: () => undefined,
  event: async ({ event }: { event: string }) => events.push(event),
} as unknown as Output

/** Bob calls, with that key. */
function rung(
  pinned: CallIdentity['pinned'] | 'ERR_CERT_EXPIRED',
  accepts?: ErrorCode,
): { readonly rung: Rung; readonly declined: () => number } {
  let declined = 0
  const key = { user: 'bob@x', kind: 'software', keyId: new Uint8Array(32), sinceUnixMs: 0 }
  const ring = {
    call: new Uint8Array(16),
    from: 'bob@x',
    caller: pinned === 'ERR_CERT_EXPIRED' ? pinned : { ...key, pinned },
    signal: new AbortController().signal,
    decline: () => (declined += 1),
    accept: async () =>
      accepts === undefined ? { id: new Uint8Array(16) } : Promise.reject(new HufuError(accepts)),
  } as unknown as Rung['ring']
  return { rung: { ring, isTaken: false, secondsLeft: () => 1 }, declined: () => declined }
}

test('by itself it takes whoever is who they were, and declines the others', async () => {
  const { signal } = new AbortController()
  const taken = async (pinned: Parameters<typeof rung>[0], isAccepted: boolean) => {
    const { rung: one, declined } = rung(pinned)
    const accepts = async (): Promise<boolean> => isAccepted
    return [await isTaken(one, { output, accepts, isAuto: true, signal }), declined()]
  }
  assert.deepEqual(await taken('new', false), [true, 0])
  assert.deepEqual(await taken('same', false), [true, 0])
  assert.deepEqual(await taken('changed', false), [false, 1])
  assert.deepEqual(await taken('changed', true), [true, 0])
  assert.deepEqual(await taken('ERR_CERT_EXPIRED', true), [false, 1])
})

test('what another terminal of the user took is missed, and nothing worse', async () => {
  events.length = 0
  assert.notEqual(await joined(rung('same').rung, output), undefined)
  assert.equal(await joined(rung('same', 'ERR_CALL_UNKNOWN').rung, output), undefined)
  assert.deepEqual(events, ['answered', 'missed'])
  await assert.rejects(joined(rung('same', 'ERR_CALL_BUSY').rung, output), {
    code: 'ERR_CALL_BUSY',
  })
})
