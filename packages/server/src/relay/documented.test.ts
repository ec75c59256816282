import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { SETTINGS } from '../settings.ts'

const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')

/** Settings of sessions of many, and of calls. */
const OF_SESSIONS = /^(?:sessionsPerConnection|member|gather|media|call)/

test('docs/operations.md has every limit of the relay, with its default', () => {
  const section = /### Sessions of many\n(.*?)\n### /s.exec(page)?.[1] ?? ''
  const rows = [...section.matchAll(/^\| `([a-z-]+)` +\| (\d+) +\|/gm)].map(([, flag, value]) => ({
    name: flag!.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value: Number(value),
  }))
  const names = rows.map(({ name }) => name)
  for (const { name, value } of rows)
    assert.equal(SETTINGS[name as keyof typeof SETTINGS].default, value, name)
  const own = Object.keys(SETTINGS).filter((name) => OF_SESSIONS.test(name))
  assert.ok(own.length > 10)
  for (const name of own) assert.ok(names.includes(name), name)
})
