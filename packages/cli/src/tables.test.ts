import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ERRORS } from '@hufu/protocol/wire'
import { EXIT, EXIT_OF } from './exit.ts'
import { commandHelp, overview } from './help.ts'
import { MESSAGES } from './messages.ts'
import { COMMAND_NAMES, COMMANDS } from './usage.ts'

const operations = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')

test('every error has an exit code and a message, and there are no others', () => {
  const codes = Object.keys(ERRORS).toSorted()
  assert.deepEqual(Object.keys(EXIT_OF).toSorted(), codes)
  assert.deepEqual(Object.keys(MESSAGES).toSorted(), codes)
  for (const { what, next } of Object.values(MESSAGES)) {
    assert.match(what, /^[^A-Z].*[^.]$/, 'begins a line of its own, and a detail may follow')
    assert.match(next, /[.]$/)
  }
})

test('an error of ours exits with 1, and only that', () => {
  for (const [code, blame] of Object.entries(ERRORS)) {
    const ours = blame === 'bug' || blame === 'caller'
    assert.equal(EXIT_OF[code as keyof typeof ERRORS] === EXIT.internal, ours, code)
    assert.notEqual(EXIT_OF[code as keyof typeof ERRORS], EXIT.success)
  }
})

test('docs/operations.md lists every exit code, each with its errors, and every event', () => {
  for (const code of Object.values(EXIT)) assert.match(operations, new RegExp(`^\\| ${code} `, 'm'))
  const rows = operations.matchAll(/^\| (\d+) +\| (`ERR_.*`) +\|$/gm)
  const listed = [...rows].flatMap(([, exit, errors]) =>
    [...errors!.matchAll(/ERR_[A-Z_]+/g)].map(([code]) => [code, Number(exit)] as const),
  )
  assert.deepEqual(Object.fromEntries(listed), EXIT_OF)
  const events = readFileSync(new URL('events.ts', import.meta.url), 'utf8')
  for (const [, name] of events.matchAll(/readonly event: '([a-z]+)'/g))
    assert.match(operations, new RegExp(`^\\| \`${name}\` `, 'm'), name)
})

test('help shows every command and every option', () => {
  for (const name of COMMAND_NAMES) {
    assert.match(overview(), new RegExp(`^  ${name} `, 'm'))
    for (const option of COMMANDS[name].options) {
      assert.match(commandHelp(name), new RegExp(`^  --${option.name} `, 'm'))
      assert.ok(option.name.length < 41, 'or it would be taken for the ID of a key')
    }
  }
})
