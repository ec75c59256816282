import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeConfig, loadConfig, type Config } from '@hufu/server'
import { PERMISSIONS, ROLE_NAMES } from '../../packages/server/src/admin/roles.ts'
import { ACTIONS } from '../../packages/server/src/audit/actions.ts'
import { faultText, type Fault } from '../../packages/server/src/audit/fault.ts'
import { en } from '../../packages/web/src/console/strings/en.ts'
import { zh } from '../../packages/web/src/console/strings/zh.ts'

test('the console has words for all that a server may tell it, in both languages', () => {
  for (const [tag, text] of Object.entries({ en, zh })) {
    for (const [kind, names, said] of [
      ['permission', Object.keys(PERMISSIONS), text.permissions],
      ['role', ROLE_NAMES, text.roles],
      ['action', Object.keys(ACTIONS), text.audit.actions],
      ['fault', Object.keys(FAULTS), text.audit.faults],
    ] as const)
      for (const name of names) assert.ok(Object.hasOwn(said, name), `${tag}: ${kind} ${name}`)
  }
  assert.deepEqual(en.permissions, PERMISSIONS)
  // the server describes its limits itself, in English
  const config = loadConfig()
  for (const { name } of describeConfig(config))
    if (typeof config[name as keyof Config] === 'number')
      assert.ok(Object.hasOwn(zh.limits.settings, name), `zh: limit ${name}`)
})

test('both languages say the same things, and none says nothing', () => {
  const said = [en, zh].map((text) => new Map(leaves(text)))
  const own = (path: string): boolean => !path.startsWith('.limits.settings.')
  const [english, chinese] = said.map((each) => [...each.keys()].filter(own).toSorted())
  assert.deepEqual(chinese, english)
  for (const each of said) for (const [path, value] of each) assert.match(value, /\S/, path)
  for (const [path, value] of said[1]!) assert.match(value, /\p{Script=Han}/u, path)
})

/** One of each kind: a new kind does not compile until it is here. */
const FAULTS: { readonly [K in Fault['is']]: Extract<Fault, { is: K }> } = {
  changed: { is: 'changed', seq: 7 },
  missing: { is: 'missing', seq: 7, through: 8 },
  reordered: { is: 'reordered', seq: 7, now: 9 },
  added: { is: 'added', seq: 7 },
  truncated: { is: 'truncated', seq: 7, through: 8, by: 'head' },
  rewritten: { is: 'rewritten', seq: 7, through: 8, by: 'table' },
  replaced: { is: 'replaced', seq: 7, through: 8, by: 'file' },
  'forged-mark': { is: 'forged-mark', seq: 7, by: 'file' },
  'missing-mark': { is: 'missing-mark', seq: 7 },
  head: { is: 'head', seq: 7 },
  key: { is: 'key', seq: 7 },
}

test('what is wrong with the record is said with the number of the entry, as the server says it', () => {
  for (const fault of Object.values(FAULTS))
    for (const { faults } of [en.audit, zh.audit]) {
      const said = faults[fault.is]!(String(fault.seq))
      assert.equal(said.includes('7'), faultText(fault).includes('7'), fault.is)
    }
})

/** Every string of a table, with its path; a function's for arguments of its own. */
function leaves(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, String(value('2', '2', '2', '2'))]]
  assert.ok(typeof value === 'object' && value !== null, path)
  return Object.entries(value).flatMap(([key, part]) => leaves(part, `${path}.${key}`))
}
