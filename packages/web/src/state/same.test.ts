import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSame } from './same.ts'

const KEPT = {
  server: 'https://hufu.example',
  secrets: [Uint8Array.of(1, 2), Uint8Array.of(3)],
  unacknowledged: [{ number: 1, text: 'hi' }],
  contact: undefined,
}

test('a copy is the same', () => {
  assert.ok(isSame(KEPT, structuredClone(KEPT)))
})

test('whatever differs, differs', () => {
  const others: readonly object[] = [
    { ...KEPT, secrets: [Uint8Array.of(1, 2), Uint8Array.of(4)] },
    { ...KEPT, secrets: [Uint8Array.of(1, 2), Uint8Array.of(3, 0)] },
    { ...KEPT, secrets: [Uint8Array.of(3), Uint8Array.of(1, 2)] },
    { ...KEPT, unacknowledged: [] },
    { ...KEPT, unacknowledged: [{ number: 2, text: 'hi' }] },
    { ...KEPT, contact: 'Ann' },
    { ...KEPT, contact: null },
    { ...KEPT, more: undefined },
    { server: KEPT.server, secrets: KEPT.secrets, unacknowledged: KEPT.unacknowledged, wish: 1 },
  ]
  for (const other of others) {
    assert.ok(!isSame(KEPT, other), JSON.stringify(other))
    assert.ok(!isSame(other, KEPT), JSON.stringify(other))
  }
})
