import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readArguments, type Option } from './arguments.ts'
import { nearest } from './nearest.ts'

const OPTIONS: readonly Option[] = [
  { name: 'json', takes: 'nothing', about: '' },
  { name: 'help', takes: 'nothing', about: '' },
  { name: 'server', takes: 'one', label: 'URL', about: '' },
  { name: 'send', takes: 'many', label: 'PATH…', about: '' },
]

test('options and operands in any order, with a space or an equals sign', () => {
  const read = readArguments(
    ['code', '--server=http://h:1/?a=b', '--send', 'a', 'b', '--json', '--send=-c'],
    OPTIONS,
    1,
  )
  assert.deepEqual(read.operands, ['code'])
  assert.equal(read.one('server'), 'http://h:1/?a=b')
  assert.deepEqual(read.many('send'), ['a', 'b', '-c'])
  assert.equal(read.has('json'), true)
  assert.equal(read.has('help'), false)
  assert.equal(read.one('as'), undefined)
  assert.deepEqual(readArguments(['--', '--json'], OPTIONS, 1).operands, ['--json'])
  assert.deepEqual(readArguments(['-'], OPTIONS, 1).operands, ['-'])
  assert.equal(readArguments(['-h'], OPTIONS, 1).has('help'), true)
})

test('the ID of a key is an operand, whatever it begins with', () => {
  for (const start of ['-', '--', '-json', '--json']) {
    const id = start.padEnd(43, 'Az09_-')
    assert.deepEqual(readArguments(['revoke', id, '--json'], OPTIONS, 2).operands, ['revoke', id])
    for (const other of [id.slice(1), `${id}A`].filter((each) => each.startsWith('-')))
      assert.throws(() => readArguments([other], OPTIONS, 1), { code: 'ERR_USAGE' })
  }
})

test('what is wrong is ERR_USAGE, and named', () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['--sever', 'x'], /no option --sever; did you mean --server\?/],
    [['--quite-other'], /no option --quite-other$/],
    [['--server'], /--server URL/],
    [['--server', '--json'], /--server URL/],
    [['--send'], /--send PATH…/],
    [['--json=1'], /takes no value/],
    [['--json', '--json'], /twice/],
    [['--server', 'a', '--server', 'b'], /twice/],
    [['a', 'b'], /too many: b/],
  ]
  for (const [argv, message] of cases)
    assert.throws(() => readArguments(argv, OPTIONS, 1), { code: 'ERR_USAGE', message })
})

test('nearest finds what was meant, and does not guess', () => {
  const commands = ['pair', 'serve', 'config', 'contacts', 'help', 'version']
  const cases = {
    pari: 'pair',
    Serve: 'serve',
    confg: 'config',
    contact: 'contacts',
    vers: 'version',
  }
  for (const [typed, meant] of Object.entries(cases)) assert.equal(nearest(typed, commands), meant)
  for (const typed of ['', 'x', 'xy', 'signin']) assert.equal(nearest(typed, commands), undefined)
})
