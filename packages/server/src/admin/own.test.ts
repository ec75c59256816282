import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PASSPHRASE, testDesk, type TestDesk } from './admin.testing.ts'

const NEXT = 'copper lilac orbit tango'

describe('one’s own passphrase', () => {
  test('is changed by whoever knows it; every session ends, and a new one begins', async (t) => {
    const desk = await testDesk(t)
    const [here, elsewhere] = [await desk.first(), await signIn(desk)]
    const token = await desk.token(here, 'status.read')
    const changed = await change(desk, here, PASSPHRASE, NEXT)
    assert.equal(changed.status, 200, changed.text)
    for (const bearer of [here, elsewhere])
      assert.equal((await desk.ask('GET /session', { bearer })).code, 'ERR_SIGNED_OUT')
    const bearer = String(changed.json['session'])
    for (const good of [bearer, token])
      assert.equal((await desk.ask('GET /session', { bearer: good })).status, 200)
    const old = { name: 'ada', passphrase: PASSPHRASE, keeper: 'program' }
    assert.equal((await desk.ask('POST /session', { body: old })).code, 'ERR_LOGIN_REFUSED')
    assert.equal(
      (await desk.ask('POST /session', { body: { ...old, passphrase: NEXT } })).status,
      200,
    )
    assert.ok((await desk.recorded()).includes('operator:ada operator.passphrase ada done'))
  })

  test('is not changed by whoever does not know it, and trying counts as signing in does', async (t) => {
    const desk = await testDesk(t, { loginsPerName: 3 })
    const here = await desk.first()
    for (let n = 0; n < 3; n += 1)
      assert.equal((await change(desk, here, 'a wrong one', NEXT)).code, 'ERR_LOGIN_REFUSED')
    assert.equal((await change(desk, here, PASSPHRASE, NEXT)).code, 'ERR_LOGIN_THROTTLED')
    assert.equal((await desk.ask('GET /session', { bearer: here })).status, 200)
    const refused = 'operator:ada operator.passphrase ada ERR_LOGIN_REFUSED'
    assert.equal((await desk.recorded()).filter((each) => each === refused).length, 3)
  })

  test('is one that may be chosen', async (t) => {
    const desk = await testDesk(t)
    const here = await desk.first()
    const { code } = await change(desk, here, PASSPHRASE, 'short')
    assert.equal(code, 'ERR_OPERATOR_PASSPHRASE')
  })

  test('of two who change it at once one does', async (t) => {
    const desk = await testDesk(t)
    const here = await desk.first()
    const both = await Promise.all([
      change(desk, here, PASSPHRASE, NEXT),
      change(desk, here, PASSPHRASE, `${NEXT} too`),
    ])
    assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 403])
  })
})

test('sessions elsewhere are listed, and ended, without those of others', async (t) => {
  const desk = await testDesk(t)
  const here = await desk.first()
  const max = await desk.invite(here, 'max', 'auditor')
  const elsewhere = await signIn(desk)
  desk.clock.advance(1_000)
  const { json } = await desk.ask('GET /session/others', { bearer: here })
  const times = desk.clock.wall() - 1_000
  assert.deepEqual(json, { sessions: [{ keeper: 'program', created: times, lastUsed: times }] })
  const ended = await desk.ask('DELETE /session/others', { bearer: here })
  assert.deepEqual(ended.json, { ended: 1 })
  assert.equal((await desk.ask('GET /session', { bearer: elsewhere })).code, 'ERR_SIGNED_OUT')
  for (const bearer of [here, max])
    assert.equal((await desk.ask('GET /session', { bearer })).status, 200)
  assert.equal((await desk.recorded())[0], 'operator:ada operator.logout-others ada done')
})

test('a token changes nothing of its owner’s account', async (t) => {
  const desk = await testDesk(t)
  const here = await desk.first()
  const token = await desk.token(here, 'tokens.own', 'operators.write')
  assert.equal((await change(desk, token, PASSPHRASE, NEXT)).code, 'ERR_API_REQUEST')
  for (const what of ['GET /session/others', 'DELETE /session/others'])
    assert.equal((await desk.ask(what, { bearer: token })).code, 'ERR_API_REQUEST', what)
  assert.equal((await desk.ask('GET /session', { bearer: here })).status, 200)
})

function change(desk: TestDesk, bearer: string, current: string, passphrase: string) {
  const body = { current, passphrase, keeper: 'program' }
  return desk.ask('PUT /session/passphrase', { bearer, body })
}

async function signIn(desk: TestDesk): Promise<string> {
  const body = { name: 'ada', passphrase: PASSPHRASE, keeper: 'program' }
  return String((await desk.ask('POST /session', { body })).json['session'])
}
