import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { base64url, random } from '@hufu/protocol/crypto'
import { enrolled, keyIdOf } from '@hufu/protocol/identity'
import { addKey, prove } from '@hufu/protocol/signin'
import type { ServerMessage } from '../../messages.ts'
import {
  challengeFor,
  codeOf,
  nameOf,
  placeAt,
  proveAt,
  signIn,
  softwareHolder,
  testHouse,
  tokenHolder,
  type TestHouse,
} from '../../signin.testing.ts'
import type { TestTerminal } from '../../terminal.testing.ts'
import { testTerminal } from '../../terminal.testing.ts'

let house: TestHouse
const later: (() => unknown)[] = []
before(async () => {
  const t = { after: (act: () => unknown) => void later.push(act) } as unknown as TestContext
  house = await testHouse(t, { namespace: 'hufu.example', signinsPerSecond: 10_000 })
})
after(async () => {
  for (const act of later) await act()
})

/** A user of this test's own. */
let users = 0
const newUser = (): string => `user${(users += 1)}`

describe('signing in', () => {
  for (const [name, holder] of [
    ['Ed25519', softwareHolder],
    ['P-256', tokenHolder],
  ] as const)
    test(`with a key on ${name}: bound, shown, released`, async () => {
      const key = await house.keyOf(newUser(), holder())
      const terminal = await house.terminal()
      const bound = await signIn(house, terminal, key)
      assert.deepEqual([bound.user, bound.by, bound.renew], [key.user, 'key', false])
      assert.equal(bound.expires - bound.since, house.config.bindingLifetimeMs)
      assert.equal((await where(terminal))?.user, key.user)
      const release = { act: 'release', subject: terminal.terminal } as const
      assert.equal((await proveAt(house, terminal, key, release)).type, 'signin.done')
      assert.equal(await where(terminal), null)
    })

  test('the same user again renews, and keeps the beginning', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    const first = await signIn(house, terminal, key)
    house.clock.advance(1_000)
    const second = await signIn(house, terminal, key)
    assert.deepEqual([second.since, second.expires], [first.since, first.expires + 1_000])
  })

  test('offers who was there before, the latest first, and a name gets the namespace', async () => {
    const terminal = await house.terminal()
    const users: string[] = []
    for (let i = 0; i < 3; i += 1) {
      const key = await house.keyOf(newUser())
      users.unshift(key.user)
      house.clock.advance(10)
      await signIn(house, terminal, key)
      await proveAt(house, terminal, key, { act: 'release', subject: terminal.terminal })
    }
    assert.deepEqual((await challengeFor(terminal, 'sign-in')).offered, users)
    const typed = await challengeFor(terminal, 'sign-in', 'Somebody')
    assert.deepEqual([typed.user, typed.offered], ['somebody@hufu.example', []])
    terminal.send({ type: 'signin.ask', ref: 9, act: 'sign-in', by: 'key', user: 'no body' })
    assert.equal((await terminal.next('refused')).code, 'ERR_USER_ID')
  })

  test('a terminal passes from one user to the next, never to two', async () => {
    const [ann, bob] = [await house.keyOf(newUser()), await house.keyOf(newUser())]
    const terminal = await house.terminal()
    await signIn(house, terminal, ann)
    assert.equal(await tried(terminal, bob), 'ERR_TERMINAL_IN_USE')
    const foreign = { act: 'release', subject: terminal.terminal } as const
    assert.equal(codeOf(await proveAt(house, terminal, bob, foreign)), 'ERR_RELEASE_REFUSED')
    assert.equal((await where(terminal))?.user, ann.user)
    await proveAt(house, terminal, ann, foreign)
    assert.equal(codeOf(await proveAt(house, terminal, ann, foreign)), 'ERR_SIGNIN_NONE')
    await signIn(house, terminal, bob)
  })

  test('of two that race for one terminal one gets it', async () => {
    const [ann, bob] = [await house.keyOf(newUser()), await house.keyOf(newUser())]
    const terminal = await house.terminal()
    const place = placeAt(house, terminal)
    const first = await challengeFor(terminal, 'sign-in', null, 1)
    const second = await challengeFor(terminal, 'sign-in', null, 2)
    const proofs = [
      await prove(ann, first, { act: 'sign-in', place }, random),
      await prove(bob, second, { act: 'sign-in', place }, random),
    ]
    for (const proof of proofs) terminal.send(proof)
    const outcomes = [await terminal.any(), await terminal.any()] as ServerMessage[]
    assert.deepEqual(outcomes.map(codeOf), ['signin.bound', 'ERR_TERMINAL_IN_USE'])
  })

  test('of two terminals of a user each is told of the other, and one releases the other', async () => {
    const key = await house.keyOf(newUser())
    const [desk, phone] = [await house.terminal(), await house.terminal()]
    await signIn(house, desk, key)
    await signIn(house, phone, key)
    phone.send({ type: 'signin.where', ref: 3 })
    const here = await phone.next('signin.here')
    assert.deepEqual(
      here.elsewhere.map(({ terminal, connected }) => [terminal, connected]),
      [[desk.terminal, true]],
    )
    const elsewhere = { act: 'release', subject: desk.terminal } as const
    assert.equal((await proveAt(house, phone, key, elsewhere)).type, 'signin.done')
    const told = await desk.next('signin.released')
    assert.deepEqual([told.user, told.code], [key.user, 'ERR_BINDING_RELEASED'])
    assert.equal(await where(desk), null)
  })
})

describe('what is signed is good for one thing', () => {
  test('a challenge once, and what was said of it twice never', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    const challenge = await challengeFor(terminal, 'sign-in')
    const proof = await signed(terminal, key, challenge)
    terminal.send(proof)
    await terminal.next('signin.bound')
    terminal.send(proof)
    assert.equal((await terminal.next('refused')).code, 'ERR_SIGNIN_CHALLENGE')
    // under a fresh challenge's number, what was signed before is no proof
    const fresh = await challengeFor(terminal, 'sign-in')
    terminal.send({ ...proof, ref: fresh.ref })
    assert.equal((await terminal.next('refused')).code, 'ERR_SIGNIN_PROOF')
  })

  test('a challenge in its time', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    for (const [early, code] of [
      [1, 'signin.bound'],
      [0, 'ERR_SIGNIN_EXPIRED'],
    ] as const) {
      const challenge = await challengeFor(terminal, 'sign-in')
      house.clock.advance(challenge.lifetimeMs - early)
      terminal.send(await signed(terminal, key, challenge))
      assert.equal(codeOf((await terminal.any()) as ServerMessage), code)
    }
  })

  test('only so many challenges of a connection wait', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    const first = await challengeFor(terminal, 'sign-in', null, 100)
    for (let ref = 0; ref < house.config.challengesPerConnection; ref += 1)
      await challengeFor(terminal, 'sign-in', null, ref)
    terminal.send(await signed(terminal, key, first))
    assert.equal((await terminal.next('refused')).code, 'ERR_SIGNIN_CHALLENGE')
  })

  test('at one terminal, one server, for one purpose', async () => {
    const key = await house.keyOf(newUser())
    const [mine, other] = [await house.terminal(), await house.terminal()]
    const place = placeAt(house, mine)
    const wrong: Parameters<typeof prove>[2][] = [
      { act: 'sign-in', place: { ...place, terminal: other.terminal } },
      { act: 'sign-in', place: { ...place, serverName: 'other.example:443' } },
      { act: 'sign-in', place: { ...place, serverId: random(16) } },
      { act: 'renew', place },
      { act: 'release', place, subject: mine.terminal },
    ]
    for (const what of wrong) {
      const challenge = await challengeFor(mine, 'sign-in')
      mine.send(await prove(key, challenge, what, random))
      assert.equal((await mine.next('refused')).code, 'ERR_SIGNIN_PROOF')
    }
    // a challenge that another connection was given is none here
    const theirs = await challengeFor(other, 'sign-in', null, 77)
    mine.send(await signed(mine, key, theirs))
    assert.equal((await mine.next('refused')).code, 'ERR_SIGNIN_CHALLENGE')
    // a sign-in passed off as a release, and the other way
    for (const act of ['release', 'revoke-key', 'renew'] as const) {
      const challenge = await challengeFor(mine, act)
      mine.send(await signed(mine, key, challenge))
      assert.equal((await mine.next('refused')).code, 'ERR_SIGNIN_PROOF', act)
    }
    assert.equal(await where(mine), null)
  })

  test('by one key of its user', async () => {
    const user = newUser()
    const [one, two] = [await house.keyOf(user), await house.keyOf(user)]
    const terminal = await house.terminal()
    const mixed = [
      { ...one, certificates: two.certificates },
      { ...two, certificates: { ...two.certificates, signing: one.certificates.signing } },
    ]
    for (const key of mixed) assert.equal(await tried(terminal, key), 'ERR_SIGNIN_PROOF')
    const halves = { ...one.certificates, agreement: two.certificates.agreement }
    assert.equal(await tried(terminal, { ...one, certificates: halves }), 'ERR_KEY_UNKNOWN')
    const bob = await house.keyOf(newUser())
    assert.equal(await tried(terminal, { ...bob, user: one.user }), 'ERR_CERT_USER')
    const challenge = await challengeFor(terminal, 'sign-in', one.user)
    terminal.send(await signed(terminal, bob, challenge))
    assert.equal((await terminal.next('refused')).code, 'ERR_CERT_USER')
  })

  test('every altered octet of the signature and the certificates is refused', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    for (let at = 0; at < 64; at += 13) {
      const proof = await signed(terminal, key, await challengeFor(terminal, 'sign-in'))
      terminal.send({ ...proof, signature: altered(proof.signature, at) })
      assert.equal((await terminal.next('refused')).code, 'ERR_SIGNIN_PROOF')
    }
    for (let at = 20; at < key.certificates.signing.length; at += 61) {
      const signing = altered(key.certificates.signing, at)
      const code = await tried(terminal, { ...key, certificates: { ...key.certificates, signing } })
      assert.match(code, /^ERR_CERT_/)
    }
  })
})

describe('keys of a user', () => {
  test('one vouches for another, which then signs in; a key is nobody else’s too', async () => {
    const ann = await house.keyOf(newUser())
    const terminal = await house.terminal()
    const place = placeAt(house, terminal)
    const holder = tokenHolder()
    const challenge = await challengeFor(terminal, 'add-key')
    terminal.send(await addKey(ann, holder, challenge, { place, random }))
    const issued = await terminal.next('signin.issued')
    assert.deepEqual([issued.user, issued.tag], [ann.user, null])
    await signIn(house, terminal, enrolled(holder, issued.user, issued.certificates))
    const bob = await house.keyOf(newUser())
    const again = await challengeFor(terminal, 'add-key')
    terminal.send(await addKey(bob, holder, again, { place, random }))
    assert.equal((await terminal.next('refused')).code, 'ERR_KEY_EXISTS')
  })

  test('are so many at most', async () => {
    const user = newUser()
    const ann = await house.keyOf(user)
    for (let i = 1; i < house.config.keysPerUser; i += 1) await house.keyOf(user)
    const terminal = await house.terminal()
    const challenge = await challengeFor(terminal, 'add-key')
    const place = placeAt(house, terminal)
    terminal.send(await addKey(ann, softwareHolder(), challenge, { place, random }))
    assert.equal((await terminal.next('refused')).code, 'ERR_ENROL_LIMIT')
  })

  test('are listed where their user is signed in, and nowhere else', async () => {
    const user = newUser()
    const [lost, kept] = [await house.keyOf(user), await house.keyOf(user)]
    await house.keyOf(newUser())
    const terminal = await house.terminal()
    terminal.send({ type: 'signin.keys', ref: 1 })
    assert.equal((await terminal.next('refused')).code, 'ERR_SIGNIN_NONE')
    await signIn(house, terminal, kept)
    await proveAt(house, terminal, kept, { act: 'revoke-key', subject: keyIdOf(lost.publicKeys) })
    terminal.send({ type: 'signin.keys', ref: 2 })
    const listed = await terminal.next('signin.listed')
    assert.equal(listed.user, kept.user)
    assert.deepEqual(
      listed.keys.map(({ keyId, kind, revoked }) => [Buffer.from(keyId), kind, revoked === null]),
      [
        [Buffer.from(keyIdOf(lost.publicKeys)), 'software', false],
        [Buffer.from(keyIdOf(kept.publicKeys)), 'software', true],
      ],
    )
  })

  test('one revokes another and what it has signed in, and not itself as the last', async () => {
    const user = newUser()
    const [lost, kept] = [await house.keyOf(user), await house.keyOf(user)]
    const [theirs, mine] = [await house.terminal(), await house.terminal()]
    await signIn(house, theirs, lost)
    await signIn(house, mine, kept)
    const revoke = { act: 'revoke-key', subject: keyIdOf(lost.publicKeys) } as const
    assert.equal((await proveAt(house, mine, kept, revoke)).type, 'signin.done')
    const told = await theirs.next('signin.released')
    assert.deepEqual([told.user, told.code], [kept.user, 'ERR_KEY_REVOKED'])
    assert.equal(await tried(theirs, lost), 'ERR_KEY_REVOKED')
    assert.equal((await where(mine))?.user, kept.user)
    assert.equal(codeOf(await proveAt(house, mine, kept, revoke)), 'ERR_KEY_REVOKED')
    const last = { act: 'revoke-key', subject: keyIdOf(kept.publicKeys) } as const
    assert.equal(codeOf(await proveAt(house, mine, kept, last)), 'ERR_RELEASE_REFUSED')
    const bob = await house.keyOf(newUser())
    assert.equal(codeOf(await proveAt(house, mine, bob, last)), 'ERR_KEY_UNKNOWN')
  })
})

test('keys are renewed near their end, by themselves, and expire otherwise', async (t) => {
  const lifetime = 60_000
  const short = await testHouse(t, { certificateLifetimeMs: lifetime })
  const [key, idle] = [await short.keyOf('ann'), await short.keyOf('bob')]
  const terminal = await short.terminal()
  const early = await proveAt(short, terminal, key, { act: 'renew' })
  assert.deepEqual(early.type === 'signin.issued' && early.certificates, key.certificates)
  short.clock.advance((lifetime * 3) / 4)
  assert.equal((await signIn(short, terminal, key)).renew, true)
  const renewed = await proveAt(short, terminal, key, { act: 'renew' })
  assert.ok(renewed.type === 'signin.issued')
  assert.notDeepEqual(renewed.certificates, key.certificates)
  const fresh = enrolled(key, key.user, renewed.certificates)
  assert.equal((await signIn(short, terminal, fresh)).renew, false)
  short.clock.advance(lifetime / 2)
  await signIn(short, terminal, fresh)
  const late = await proveAt(short, await short.terminal(), idle, { act: 'sign-in' })
  assert.equal(codeOf(late), 'ERR_CERT_EXPIRED')
})

describe('an operator', () => {
  test('revokes a key: its terminals are told, with the reason', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    await signIn(house, terminal, key)
    const id = base64url(keyIdOf(key.publicKeys))
    assert.deepEqual(await house.api(`POST /keys/${id}/revoke`, { reason: 'reported lost' }), {})
    const told = await terminal.next('signin.released')
    assert.deepEqual([told.code, told.reason], ['ERR_KEY_REVOKED', 'reported lost'])
    assert.equal(await tried(terminal, key), 'ERR_KEY_REVOKED')
    const again = await house.api(`POST /keys/${id}/revoke`, { reason: 'again' })
    assert.equal(again.code, 'ERR_KEY_REVOKED')
  })

  test('releases a terminal; one that is away is told when it comes back', async () => {
    const key = await house.keyOf(newUser())
    const away = await house.terminal()
    await signIn(house, away, key)
    away.close()
    await away.closed
    const released = await house.api(`POST /bindings/${nameOf(away)}/release`, { reason: 'night' })
    assert.deepEqual(released, {})
    const back = await testTerminal(house.name, away.key)
    back.send({ type: 'signin.where', ref: 1 })
    const told = await back.next('signin.released')
    assert.deepEqual([told.user, told.code, told.reason], [key.user, 'ERR_BINDING_FORCED', 'night'])
    assert.equal((await back.next('signin.here')).here, null)
    assert.equal(await where(back), null)
    const none = await house.api(`POST /bindings/${nameOf(away)}/release`, { reason: 'night' })
    assert.equal(none.code, 'ERR_SIGNIN_NONE')
  })

  test('suspends a user, everywhere and until resumed', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    await signIn(house, terminal, key)
    await house.api(`POST /users/${key.user}/suspend`, { reason: 'on leave' })
    const told = await terminal.next('signin.released')
    assert.deepEqual([told.code, told.reason], ['ERR_USER_SUSPENDED', 'on leave'])
    assert.equal(await tried(terminal, key), 'ERR_USER_SUSPENDED')
    const refused = await house.api('POST /invitations', { user: key.user, kind: 'key' })
    assert.equal(refused.code, 'ERR_USER_SUSPENDED')
    await house.api(`POST /users/${key.user}/resume`)
    await signIn(house, terminal, key)
  })

  test('removes a user: nothing of theirs is good any more', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    const code = await house.invite(key.user)
    await signIn(house, terminal, key)
    assert.deepEqual(await house.api(`DELETE /users/${key.user}`), {})
    assert.equal((await terminal.next('signin.released')).code, 'ERR_USER_UNKNOWN')
    assert.equal(await tried(terminal, key), 'ERR_KEY_UNKNOWN')
    assert.equal((await house.api(`GET /users/${key.user}`)).code, 'ERR_USER_UNKNOWN')
    assert.equal(code.length, 34)
  })

  test('sees who is where, and the record has all of it', async () => {
    const key = await house.keyOf(newUser())
    const terminal = await house.terminal()
    await signIn(house, terminal, key)
    const shown = await house.api(`GET /users/${key.user}`)
    const [row] = shown['signedIn'] as readonly Record<string, unknown>[]
    assert.deepEqual([row?.['terminal'], row?.['connected']], [nameOf(terminal), true])
    assert.equal(row?.['key'], base64url(keyIdOf(key.publicKeys)))
    const users = await house.api(`GET /users?part=${key.user.slice(0, 7)}`)
    assert.ok((users['users'] as readonly { user: string }[]).some((u) => u.user === key.user))
    const { entries } = (await house.api('GET /audit?limit=500')) as {
      entries: readonly { actor: string; action: string }[]
    }
    const mine = entries.filter(({ actor }) => actor === `user:${key.user}`)
    assert.deepEqual(
      new Set(mine.map(({ action }) => action)),
      new Set(['key.enrol', 'signin.bind']),
    )
  })
})

async function where(terminal: TestTerminal) {
  terminal.send({ type: 'signin.where', ref: 99 })
  return (await terminal.next('signin.here')).here
}

/** Tries to sign in; the code of the refusal. */
async function tried(terminal: TestTerminal, key: Parameters<typeof signIn>[2]): Promise<string> {
  return codeOf(await proveAt(house, terminal, key, { act: 'sign-in' }))
}

async function signed(
  terminal: TestTerminal,
  key: Parameters<typeof signIn>[2],
  challenge: Parameters<typeof prove>[1],
) {
  return prove(key, challenge, { act: 'sign-in', place: placeAt(house, terminal) }, random)
}

/** `octets` with one bit turned. */
function altered(octets: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(octets)
  copy[at]! ^= 1
  return copy
}
