import assert from 'node:assert/strict'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { hex } from '@hufu/protocol/crypto'
import { makeBackup } from '../../backup/backup.ts'
import { restoreBackup } from '../../backup/restore.ts'
import { testFolder, testServer } from '../../server.testing.ts'
import { houseOf } from '../../signin.testing.ts'
import { testTerminal } from '../../terminal.testing.ts'
import { join, people, place, ringing, until, type Person } from './people.testing.ts'

test('a call of a backup is there after the restore, rings nobody, and ends unless somebody comes back', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call, placed } = await place(ann, ['bob@localhost', 'cy@localhost'])
  await join(house, bob, await ringing(bob))
  await ringing(cy)
  const file = path(testFolder(), 'backup.tar')
  await makeBackup(house.config, file)
  ann.terminal.send({ type: 'call.end', ref: 1, call })
  await until(bob.terminal, 'call.over')
  await house.close()
  await restoreBackup(house.config, file)

  const server = await testServer(t, { data: house.config.data, callIdleMs: 60_000 })
  const { api } = await houseOf(server)
  const back = await testTerminal(server.name, bob.terminal.key)
  back.send({ type: 'session.enter', session: placed.signalling })
  assert.equal((await until(back, 'session.entered')).index, 1)
  const shown = await api(`GET /calls/${hex(call)}`)
  assert.equal(shown['size'], 2)
  server.clock.advance(45_000)
  await back.settle()
  assert.equal((await api(`GET /calls/${hex(call)}`))['ringing'], 0)
  back.close()
  await back.closed
  for (let n = 0; n < 20; n += 1) {
    server.clock.advance(10_000)
    if ((await api(`GET /calls/${hex(call)}`)).code !== undefined) break
  }
  assert.equal((await api(`GET /calls/${hex(call)}`)).code, 'ERR_CALL_UNKNOWN')
  const { entries } = (await api('GET /audit?limit=10')) as unknown as {
    readonly entries: readonly { action: string; object: { id: string } }[]
  }
  assert.equal(entries.find(({ object }) => object.id === hex(call))?.action, 'call.end')
})
