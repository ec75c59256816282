import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@hufu/protocol/crypto'
import { pairBySlot } from '../../pairing.testing.ts'
import { testServer } from '../../server.testing.ts'
import { testTerminal } from '../../terminal.testing.ts'

test('two terminals pair by slot and talk', async (t) => {
  const server = await testServer(t)
  const opener = await testTerminal(server.name)
  const requester = await testTerminal(server.name)
  const pair = await pairBySlot(opener, requester, server.clock.advance)
  requester.sendData(pair.requesterHandle, utf8('hello'))
  assert.deepEqual(await opener.nextData(), {
    type: 'data',
    session: pair.openerHandle,
    sender: 0,
    payload: utf8('hello'),
  })
  opener.sendData(pair.openerHandle, utf8('to you'))
  assert.deepEqual((await requester.nextData()).sender, 1)
})
