import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readArguments } from '../arguments.ts'
import { COMMANDS } from '../usage.ts'
import { readIntent, type Intent } from './intent.ts'

const CODE = '4821-tango-orbit-lilac'

function intent(line: string, env: NodeJS.ProcessEnv = {}, canAsk = true): Intent {
  const argv = line.split(' ').filter((word) => word !== '')
  return readIntent(readArguments(argv, COMMANDS.pair.options, 1), env, canAsk)
}

test('the ways to meet', () => {
  const given = { from: 'given', text: CODE } as const
  const [stdin, prompt] = [{ from: 'stdin' }, { from: 'prompt' }] as const
  const env = { HUFU_CODE: CODE }
  assert.deepEqual(intent('').meeting, { by: 'open' })
  assert.deepEqual(intent(CODE).meeting, { by: 'join', secret: given })
  assert.deepEqual(intent('', env).meeting, { by: 'join', secret: given })
  assert.deepEqual(intent('--code-stdin').meeting, { by: 'join', secret: stdin })
  assert.deepEqual(intent('-').meeting, { by: 'join', secret: prompt })
  assert.deepEqual(intent('--join').meeting, { by: 'join', secret: prompt })
  assert.deepEqual(intent('--join', env).meeting, { by: 'join', secret: given })
  assert.deepEqual(intent('--listen --as Bench').meeting, {
    by: 'listen',
    name: 'bench',
    secret: prompt,
  })
  assert.deepEqual(intent('--to bench', env).meeting, { by: 'ring', name: 'bench', secret: given })
  assert.deepEqual(intent('--listen').meeting, { by: 'attend', secret: prompt })
  assert.deepEqual(intent('--to Ann@hufu.example', env).meeting, {
    by: 'ring-user',
    user: 'Ann@hufu.example',
    secret: given,
  })
  assert.deepEqual(intent('--with Bob', env).meeting, { by: 'contact', name: 'Bob' })
  assert.deepEqual(intent('x', env).meeting, { by: 'join', secret: { from: 'given', text: 'x' } })
})

test('a code behind --send is the code, once', () => {
  assert.deepEqual(intent(`--send a b ${CODE}`).send, ['a', 'b'])
  assert.deepEqual(intent(`--send a b ${CODE}`).meeting, intent(CODE).meeting)
  assert.deepEqual(intent(`${CODE} --send a ${CODE}`).send, ['a', CODE])
  assert.deepEqual(intent(`--send a ./${CODE}`).meeting, { by: 'open' })
})

test('everything else is passed on', () => {
  const all = intent('--server http://h --as me --remember bob --receive dir --away 5')
  assert.equal(all.server, 'http://h')
  assert.equal(all.shownAs, 'me')
  assert.equal(all.remember, 'bob')
  assert.equal(all.receive, 'dir')
  assert.equal(all.awayMs, 5_000)
})

test('what does not go together is ERR_USAGE', () => {
  const lines = [
    `${CODE} --listen --as a`,
    `${CODE} --to a`,
    '--to a --with b',
    `${CODE} --code-stdin`,
    '--with a --remember b',
    `--send ${CODE}`,
    ...['0', '-1', '1.5', 'x', ''].map((away) => `--away=${away}`),
  ]
  for (const line of lines) assert.throws(() => intent(line), { code: 'ERR_USAGE' }, line)
  for (const line of ['-', '--to a', '--listen --as a'])
    assert.throws(() => intent(line, {}, false), { code: 'ERR_USAGE', message: /HUFU_CODE/ })
  assert.throws(() => intent('--to a/b'), { code: 'ERR_PAIR_NAME' })
})
