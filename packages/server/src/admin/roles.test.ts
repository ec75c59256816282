import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  PERMISSIONS,
  ROLE_NAMES,
  ROLES,
  knownPermissions,
  permissionsOf,
  type Permission,
} from './roles.ts'

const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')

test('docs/operations.md shows the table: who may do what', () => {
  const head = /^\| permission +\|(.*)\|$/m.exec(page)
  assert.ok(head !== null, 'the page has no table of permissions')
  const columns = head[1]!.split('|').map((cell) => cell.trim().replaceAll('`', ''))
  assert.deepEqual(columns.slice(1), ROLE_NAMES)
  const [, ...rows] = page.slice(head.index).split('\n\n', 1)[0]!.split('\n').slice(1)
  const shown = Object.fromEntries(
    rows.map((row) => {
      const [name, about, ...marks] = row.split('|').slice(1, -1)
      const may = marks.map((mark) => mark.trim() !== '')
      return [name!.trim().replaceAll('`', ''), [about!.trim(), may]]
    }),
  )
  const table = Object.fromEntries(
    (Object.keys(PERMISSIONS) as Permission[]).map((name) => [
      name,
      [
        PERMISSIONS[name],
        ROLE_NAMES.map((role) => (ROLES[role] as readonly Permission[]).includes(name)),
      ],
    ]),
  )
  assert.deepEqual(shown, table)
})

test('what an older version kept and this one does not know opens nothing', () => {
  assert.deepEqual(permissionsOf('emperor'), [])
  assert.deepEqual(permissionsOf('constructor'), [])
  assert.deepEqual(knownPermissions(['status.read', 'everything']), ['status.read'])
})
