import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MemberEvent } from '@hufu/terminal'
import { attendance } from './attendance.ts'
import { readTyped } from './typed.ts'

const identity = {
  kind: 'software',
  keyId: new Uint8Array(32),
  pinned: 'new',
  sinceUnixMs: 0,
} as const
const rung = (user: string): MemberEvent => ({ type: 'member', state: 'ringing', user })
const came = (user: string, index: number): MemberEvent => ({
  type: 'member',
  state: 'joined',
  user,
  index,
  ...identity,
})
const left = (user: string, index: number): MemberEvent => ({
  type: 'member',
  state: 'left',
  user,
  index,
})

test('those who are rung are waited for, until each has come or does not', () => {
  const here = attendance()
  here.heard(rung('bob'))
  here.heard(rung('cy'))
  here.heard(came('bob', 1))
  assert.deepEqual([here.isSettled, here.came, here.isAlone], [false, true, false])
  here.heard({ type: 'member', state: 'declined', user: 'cy', code: 'ERR_CALL_DECLINED' })
  assert.deepEqual([here.isSettled, here.came, here.isAlone], [true, true, false])
  here.heard(left('bob', 1))
  assert.deepEqual([here.came, here.isAlone], [true, true])
})

test('if nobody comes, the first who does not says why', () => {
  const here = attendance()
  here.heard(rung('bob'))
  here.heard(rung('cy'))
  here.heard({ type: 'member', state: 'declined', user: 'cy', code: 'ERR_CALL_DECLINED' })
  here.heard({ type: 'member', state: 'unanswered', user: 'bob', code: 'ERR_CALL_NO_ANSWER' })
  assert.deepEqual([here.isSettled, here.came, here.why], [true, false, 'ERR_CALL_DECLINED'])
})

test('who has lost its connection is still there', () => {
  const here = attendance()
  here.heard(came('bob', 1))
  here.heard({ type: 'member', state: 'lost', user: 'bob', index: 1 })
  assert.equal(here.isAlone, false)
})

test('a host waits until all who have come have its key, whichever is told first', () => {
  const here = attendance()
  here.heard(came('bob', 1))
  assert.equal(here.haveKey, false)
  here.hopped(2)
  assert.equal(here.haveKey, true)
  here.heard(came('cy', 2))
  assert.equal(here.haveKey, false)
  here.hopped(4)
  here.heard(came('dan', 3))
  assert.equal(here.haveKey, true)
})

test('typed lines are said, or are commands', () => {
  assert.deepEqual(readTyped('hello'), { do: 'say', text: 'hello' })
  assert.deepEqual(readTyped('//hello'), { do: 'say', text: '/hello' })
  assert.deepEqual(readTyped('/invite bob, cy'), { do: 'invite', users: ['bob', 'cy'] })
  assert.deepEqual(readTyped('/hand bob cy'), { do: 'help' })
  assert.deepEqual(readTyped('/hop'), { do: 'hop' })
  assert.deepEqual(readTyped('/quit'), { do: 'leave' })
  assert.deepEqual(readTyped('/accept'), { do: 'accept', directory: '.' })
  assert.deepEqual(readTyped('/nonsense x'), { do: 'unknown', word: 'nonsense' })
})
