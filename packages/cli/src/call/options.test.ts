import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readArguments } from '../arguments.ts'
import { COMMANDS } from '../usage.ts'
import { readPlacing, userIds } from './options.ts'

const read = (line: string): ReturnType<typeof readPlacing> =>
  readPlacing(readArguments(line.split(' '), COMMANDS.call.options, COMMANDS.call.operands))

test('hops by time and by volume, wherever the users stand', () => {
  const { users, place } = read('bob --hop 30s --hop 8MiB cy --schedule factor')
  assert.deepEqual(users, ['bob', 'cy'])
  assert.deepEqual(place, {
    policy: { hopMs: 30_000, hopOctets: 8_388_608 },
    check: false,
    schedule: 'factor',
  })
})

test('a hop may be as many seconds or octets as it likes, within the bounds', () => {
  assert.deepEqual(read('bob --hop 86400s --hop 65536KiB').place.policy, {
    hopMs: 86_400_000,
    hopOctets: 67_108_864,
  })
  assert.throws(() => read('bob --hop 99999s'), /is too much/)
  assert.throws(() => read('bob --hop 0h'), /is too little/)
})

test('who cannot be a user is refused with the command line', () => {
  for (const who of ['bob!', 'a@b@c', '王', ''])
    assert.throws(() => read(who), { code: 'ERR_USER_ID' }, who)
})

test('what cannot be a hop, or is given twice, is refused', () => {
  for (const line of [
    'bob --hop x',
    'bob --hop 30s --hop 1m',
    'bob --schedule none',
    '--check',
    'bob --hop 25h',
    'bob --hop 1025GiB',
    'bob --hop 86401s',
    'bob --hop 0s',
    'bob --hop 30s --hop 8MB',
    'bob --hop 30s --hop 1.5h',
  ])
    assert.throws(
      () => {
        const { users } = read(line)
        // `x` would be somebody
        if (users.includes('x')) read('--hop')
      },
      { code: 'ERR_USAGE' },
      line,
    )
})

test('who has no namespace is in one’s own, and nobody is called twice, or by themselves', () => {
  assert.deepEqual(userIds(['Bob', 'cy@other.example', 'bob'], 'ann@home.example'), [
    'bob@home.example',
    'cy@other.example',
  ])
  assert.throws(() => userIds(['ann'], 'ann@home.example'), { code: 'ERR_USAGE' })
  assert.throws(() => userIds(['a b'], 'ann@home.example'), { code: 'ERR_USER_ID' })
})
