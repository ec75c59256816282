import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { describe, test } from 'node:test'
import { base64url, random, Secret } from '@hufu/protocol/crypto'
import { enrolled, keyIdOf } from '@hufu/protocol/identity'
import {
  addKey,
  chipKeyOf,
  enrolChip,
  invitationKeys,
  newInvitation,
  proveByChip,
} from '@hufu/protocol/signin'
import {
  challengeFor,
  codeOf,
  enrolKey,
  houseOf,
  placeAt,
  proveAt,
  signIn,
  softwareHolder,
  testHouse,
  tokenHolder,
  type TestHouse,
} from '../../signin.testing.ts'
import { testFolder } from '../../server.testing.ts'
import { openSafe } from '../../vault/safe.ts'
import { keyPlace } from '../root.ts'
import { testApart, testAuthority, tokenAt } from './apart.testing.ts'

const HOUR_MS = 3_600_000

/** Resolves once `look` gives something. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 500; tries += 1) {
    const seen = await look()
    if (seen !== undefined) return seen
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return assert.fail('it never came')
}

async function keysAt(house: TestHouse, user: string): Promise<readonly Row[]> {
  return ((await house.api(`GET /users/${user}`))['keys'] ?? []) as readonly Row[]
}

interface Row {
  readonly id: string
  readonly revoked: number | null
  readonly reason: string | null
  readonly expires: number
}

describe('an authority apart', () => {
  test('certifies what terminals enrol at a server, which has no secret of it', async (t) => {
    const { authority, relay } = await testApart(t)
    const house = await relay()
    const ann = await house.keyOf('ann')
    const bob = await house.keyOf('bob', tokenHolder())
    for (const key of [ann, bob]) {
      const terminal = await house.terminal()
      await signIn(house, terminal, key)
      const id = base64url(keyIdOf(key.publicKeys))
      for (const side of [authority, house])
        assert.deepEqual(
          (await keysAt(side, key.user)).map((row) => row.id),
          [id],
        )
    }
    await house.close()
    const safe = await openSafe(house.config)
    const [secret, invitations] = await safe.store.read(async (db) => [
      await safe.vault.open(db, keyPlace('localhost')),
      await db.selectFrom('invitations').selectAll().execute(),
    ])
    await safe.close()
    assert.equal(secret, undefined)
    assert.deepEqual(invitations, [])
  })

  test('takes a further key that one of the user’s vouches for', async (t) => {
    const { authority, relay } = await testApart(t)
    const house = await relay()
    const first = await house.keyOf('ann')
    const terminal = await house.terminal()
    const holder = tokenHolder()
    const challenge = await challengeFor(terminal, 'add-key')
    const place = placeAt(house, terminal)
    terminal.send(await addKey(first, holder, challenge, { place, random }))
    const issued = await terminal.next('signin.issued')
    const second = enrolled(holder, issued.user, issued.certificates)
    await signIn(house, terminal, second)
    assert.equal((await keysAt(authority, 'ann@localhost')).length, 2)
  })

  test('renews keys near their end, with both records saying so', async (t) => {
    const { authority, relay } = await testApart(t, { certificateLifetimeMs: 3 * HOUR_MS })
    const house = await relay()
    const key = await house.keyOf('ann')
    const terminal = await house.terminal()
    assert.equal((await signIn(house, terminal, key)).renew, false)
    const before = await proveAt(house, terminal, key, { act: 'renew' })
    assert.ok(before.type === 'signin.issued')
    assert.deepEqual(before.certificates, key.certificates)
    for (const side of [authority, house]) side.clock.advance(2.5 * HOUR_MS)
    const again = await house.terminal()
    assert.equal((await signIn(house, again, key)).renew, true)
    const issued = await proveAt(house, again, key, { act: 'renew' })
    assert.ok(issued.type === 'signin.issued', codeOf(issued))
    const renewed = enrolled(key, issued.user, issued.certificates)
    for (const side of [authority, house]) side.clock.advance(HOUR_MS)
    const last = await house.terminal()
    assert.equal(codeOf(await proveAt(house, last, key, { act: 'sign-in' })), 'ERR_CERT_EXPIRED')
    assert.equal((await signIn(house, last, renewed)).renew, false)
  })

  test('lets a terminal’s chip in, whose key the server alone keeps', async (t) => {
    const { authority, relay } = await testApart(t)
    const house = await relay()
    const terminal = await house.terminal()
    const place = placeAt(house, terminal)
    using key = chipKeyOf(new Secret(random(32)), terminal.terminal)
    const code = await authority.invite('kiosk', 'terminal')
    terminal.send(enrolChip(key, invitationKeys(code), { ref: 1, place }, random))
    await terminal.next('signin.done')
    terminal.send({ type: 'signin.ask', ref: 2, act: 'sign-in', by: 'chip', user: null })
    const challenge = await terminal.next('signin.challenge')
    const what = { act: 'sign-in', place, user: challenge.user! } as const
    terminal.send(proveByChip(key, challenge, what, random))
    assert.equal((await terminal.next('signin.bound')).user, 'kiosk@localhost')
    const shown = await authority.api('GET /users/kiosk@localhost')
    assert.deepEqual(shown['chips'], [])
  })

  test('certifies a passkey’s keys, which the server gives back as they were sealed', async (t) => {
    const { relay } = await testApart(t)
    const house = await relay()
    const terminal = await house.terminal()
    const passkey = { credential: random(32), host: 'hufu.example', sealed: random(100) }
    const code = await house.invite('ann')
    const holder = softwareHolder('passkey')
    const key = await enrolKey(house, terminal, code, { holder, passkey })
    terminal.send({ type: 'signin.unseal', ref: 3, credential: passkey.credential })
    const sealed = await terminal.next('signin.sealed')
    assert.deepEqual([sealed.user, sealed.host], ['ann@localhost', passkey.host])
    assert.deepEqual(sealed.sealed, passkey.sealed)
    assert.deepEqual(sealed.certificates, key.certificates)
  })

  test('is where operators invite, and trust others', async (t) => {
    const { authority, relay } = await testApart(t)
    const house = await relay()
    const invited = await house.api('POST /invitations', { user: 'ann', kind: 'key' })
    assert.equal(invited.code, 'ERR_AUTHORITY')
    assert.match(String(invited['message']), new RegExp(`--server ${authority.url}`))
    const removed = await house.api(`DELETE /issuers/${'0'.repeat(64)}`)
    assert.equal(removed.code, 'ERR_AUTHORITY')
  })
})

describe('a revocation', () => {
  test('at the authority ends sign-ins at the server', async (t) => {
    const { authority, relay } = await testApart(t)
    const house = await relay()
    const key = await house.keyOf('ann')
    const terminal = await house.terminal()
    await signIn(house, terminal, key)
    const id = base64url(keyIdOf(key.publicKeys))
    assert.deepEqual(await authority.api(`POST /keys/${id}/revoke`, { reason: 'stolen' }), {})
    house.clock.advance(house.config.authorityCheckMs)
    const told = await terminal.next('signin.released')
    assert.deepEqual([told.code, told.reason], ['ERR_KEY_REVOKED', 'stolen'])
    const refused = await proveAt(house, terminal, key, { act: 'sign-in' })
    assert.equal(codeOf(refused), 'ERR_KEY_REVOKED')
  })

  test('at the server, and of a user who is removed there, is on the authority’s list', async (t) => {
    const { authority, relay } = await testApart(t)
    const house = await relay()
    const keys = [await house.keyOf('ann'), await house.keyOf('bob')]
    const [ann, bob] = keys.map(({ publicKeys }) => base64url(keyIdOf(publicKeys)))
    await house.api(`POST /keys/${ann}/revoke`, { reason: 'lost' })
    await house.api('DELETE /users/bob@localhost')
    for (const [user, id] of [
      ['ann', ann],
      ['bob', bob],
    ] as const)
      await until(async () => {
        const row = (await keysAt(authority, `${user}@localhost`)).find((each) => each.id === id)
        return row?.revoked ?? undefined
      })
    // neither comes back: not at the authority, and not by it
    house.clock.advance(house.config.authorityCheckMs)
    const rows = await keysAt(house, 'ann@localhost')
    assert.deepEqual(
      rows.map(({ reason }) => reason),
      ['lost'],
    )
  })
})

describe('while the authority is away', () => {
  test('sign-ins go on, nobody enrols, and nothing is counted as a guess', async (t) => {
    const { authority, relay } = await testApart(t)
    const house = await relay({ enrolmentsPerSource: 2 })
    const key = await house.keyOf('ann')
    const code = await authority.invite('bob')
    await authority.close()
    const terminal = await house.terminal()
    await signIn(house, terminal, key)
    for (let tries = 0; tries < 5; tries += 1)
      await assert.rejects(
        enrolKey(house, terminal, code, { holder: softwareHolder() }),
        /ERR_AUTHORITY/,
      )
    const listen = { host: '127.0.0.1', port: authority.port }
    await testAuthority(t, { ...authority.config, listen })
    const bob = await enrolKey(house, terminal, code, { holder: softwareHolder() })
    assert.equal(bob.user, 'bob@localhost')
  })

  test('a server starts, and knows its users', async (t) => {
    const { authority, relay } = await testApart(t)
    const house = await relay()
    const key = await house.keyOf('ann')
    await house.close()
    await authority.close()
    const again = await testHouse(t, house.config)
    await signIn(again, await again.terminal(), key)
  })

  test('a server that was never there knows nobody, and says so', async (t) => {
    const { asking, authority } = await testApart(t)
    await authority.close()
    const house = await testHouse(t, asking)
    const terminal = await house.terminal()
    const what = { holder: softwareHolder() }
    await assert.rejects(enrolKey(house, terminal, newInvitation(random), what), /ERR_AUTHORITY/)
    const { status } = await fetch(`${house.url}/authority/certificate`)
    assert.equal(status, 503)
  })
})

test('another authority in its place is not believed, and changes nothing', async (t) => {
  const { relay } = await testApart(t)
  const house = await relay()
  const key = await house.keyOf('ann')
  await house.close()
  const other = await houseOf(await testAuthority(t))
  const authorityToken = await tokenAt(other, 'keys.certify')
  const turned = { ...house.config, authority: other.url, authorityToken }
  const again = await testHouse(t, turned, other.invite)
  const terminal = await again.terminal()
  await assert.rejects(
    enrolKey(again, terminal, await other.invite('ann'), { holder: softwareHolder() }),
    /ERR_AUTHORITY/,
  )
  assert.equal((await keysAt(again, 'ann@localhost')).length, 1)
  await signIn(again, terminal, key)
})

test('a token that is wrong, or for something else, gets nothing', async (t) => {
  const { authority, relay } = await testApart(t)
  const wrong = ['hufu_'.padEnd(48, 'A'), await tokenAt(authority, 'users.write')]
  for (const authorityToken of wrong) {
    const house = await relay({ authorityToken })
    const what = { holder: softwareHolder() }
    const code = await authority.invite('ann')
    await assert.rejects(enrolKey(house, await house.terminal(), code, what), /ERR_AUTHORITY/)
  }
  assert.deepEqual(await keysAt(authority, 'ann@localhost'), [])
})

test('who was their own authority gives its secrets up to the one that has their copy', async (t) => {
  const before = await testHouse(t)
  const key = await before.keyOf('ann')
  const code = await before.invite('bob')
  await before.close()
  const data = testFolder()
  cpSync(before.config.data, data, { recursive: true })
  const authority = await houseOf(await testAuthority(t, { data }))
  const authorityToken = await tokenAt(authority, 'keys.certify')
  const asking = { ...before.config, authority: authority.url, authorityToken }
  const house = await testHouse(t, asking)
  const terminal = await house.terminal()
  await signIn(house, terminal, key)
  const bob = await enrolKey(house, terminal, code, { holder: softwareHolder() })
  assert.equal(bob.user, 'bob@localhost')
  await house.close()
  const safe = await openSafe(house.config)
  const left = await safe.store.read(async (db) => [
    await safe.vault.open(db, keyPlace('localhost')),
    (await db.selectFrom('invitations').selectAll().execute()).length,
  ])
  await safe.close()
  assert.deepEqual(left, [undefined, 0])
})
