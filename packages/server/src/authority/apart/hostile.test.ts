import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { base64url, hex, random, unhex } from '@hufu/protocol/crypto'
import { enrolled, keyIdOf, type KeyHolder } from '@hufu/protocol/identity'
import {
  addKey,
  AddKey,
  checkEnrolled,
  Enrol,
  enrol,
  invitationKeys,
  Issued,
  prove,
  Prove,
  type Place,
} from '@hufu/protocol/signin'
import { codec, type MessageOf } from '@hufu/protocol/wire'
import { softwareHolder, tokenHolder, type TestHouse } from '../../signin.testing.ts'
import { fromText, toText } from './forms.ts'
import { testApart, tokenAt } from './apart.testing.ts'

/*
 * What a server can do that has its authority's token and means ill. It is played by this test, which asks the authority
 * itself.
 */

const messages = codec([Enrol, AddKey, Prove])
const answers = codec([Issued])

interface Hostile {
  readonly authority: TestHouse
  /** What it answers at `/relay/…`. */
  ask(operation: string, body: object): Promise<Readonly<Record<string, unknown>>>
  /** A terminal that the hostile server has, as the server says where it is. */
  readonly place: Place
}

async function hostile(t: TestContext): Promise<Hostile> {
  const { asking, authority } = await testApart(t)
  return {
    authority,
    place: { serverName: 'hufu.example', serverId: random(16), terminal: random(32) },
    async ask(operation, body) {
      const response = await fetch(`${authority.url}/api/v1/relay/${operation}`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${asking.authorityToken}`,
          'Content-Type': 'application/json',
          'X-Hufu-Request': '1',
        },
        body: JSON.stringify(body),
      })
      return (await response.json()) as Readonly<Record<string, unknown>>
    },
  }
}

function passing(
  { serverName, serverId, terminal }: Place,
  message: Parameters<typeof messages.encode>[0],
) {
  const place = { serverName, serverId: hex(serverId), terminal: hex(terminal) }
  return { place, message: toText(messages.encode(message)) }
}

function issuedIn(answer: Readonly<Record<string, unknown>>): MessageOf<typeof Issued> {
  const read = answers.decode(fromText(String(answer['issued'])))
  assert.ok(read.ok, JSON.stringify(answer))
  return read.value
}

/** A user's key, enrolled through the hostile server, which played by the rules. */
async function enrolledBy(h: Hostile, user: string, holder: KeyHolder) {
  const keys = invitationKeys(await h.authority.invite(user))
  const { message, awaited } = await enrol(holder, keys, { ref: 1, place: h.place }, random)
  const issued = issuedIn(await h.ask('enrol', passing(h.place, message)))
  const checked = checkEnrolled(awaited, issued, h.authority.clock.wall())
  assert.ok(checked.ok)
  return enrolled(holder, issued.user, issued.certificates)
}

test('no key of its own gets in with an invitation that passes through', async (t) => {
  const h = await hostile(t)
  const code = invitationKeys(await h.authority.invite('ann'))
  const holder = softwareHolder()
  const { message, awaited } = await enrol(holder, code, { ref: 1, place: h.place }, random)
  const guessed = { ...invitationKeys('0'.repeat(34)), id: code.id }
  const own = await enrol(softwareHolder(), guessed, { ref: 1, place: h.place }, random)
  const altered: readonly MessageOf<typeof Enrol>[] = [
    own.message,
    { ...own.message, tag: message.tag },
    { ...message, fresh: own.message.fresh },
    { ...message, fresh: own.message.fresh, signature: own.message.signature },
    { ...message, recovery: random(108) },
    { ...message, nonce: random(32) },
  ]
  for (const each of altered)
    assert.equal((await h.ask('enrol', passing(h.place, each)))['refused'], 'ERR_ENROL_CODE')
  for (const place of [
    { ...h.place, terminal: random(32) },
    { ...h.place, serverName: 'other.example' },
  ])
    assert.equal((await h.ask('enrol', passing(place, message)))['refused'], 'ERR_ENROL_CODE')
  // and the one it was made for is none the worse
  const issued = issuedIn(await h.ask('enrol', passing(h.place, message)))
  assert.ok(checkEnrolled(awaited, issued, h.authority.clock.wall()).ok)
})

test('no other authority, user or certificate gets into the answer', async (t) => {
  const h = await hostile(t)
  const other = await hostile(t)
  const [ann, bob] = [softwareHolder(), softwareHolder()]
  const keys = invitationKeys(await h.authority.invite('ann'))
  const { message, awaited } = await enrol(ann, keys, { ref: 1, place: h.place }, random)
  const good = issuedIn(await h.ask('enrol', passing(h.place, message)))
  const theirs = invitationKeys(await other.authority.invite('ann'))
  const passed = await enrol(ann, theirs, { ref: 1, place: h.place }, random)
  const foreign = issuedIn(await other.ask('enrol', passing(h.place, passed.message)))
  const bobs = await enrolledBy(h, 'bob', bob)
  const now = h.authority.clock.wall()
  const altered: readonly MessageOf<typeof Issued>[] = [
    foreign,
    { ...foreign, tag: good.tag },
    { ...good, issuers: foreign.issuers },
    { ...good, issuers: [...good.issuers, ...foreign.issuers] },
    { ...good, issuers: [] },
    { ...good, certificates: bobs.certificates },
    { ...good, user: 'bob@localhost' },
    { ...good, tag: null },
  ]
  for (const each of altered)
    assert.deepEqual(checkEnrolled(awaited, each, now), { ok: false, code: 'ERR_ENROL_CODE' })
  assert.ok(checkEnrolled(awaited, good, now).ok)
})

test('no further key gets in that the user’s key has not signed for', async (t) => {
  const h = await hostile(t)
  const ann = await enrolledBy(h, 'ann', softwareHolder())
  const [mine, theirs] = [softwareHolder(), tokenHolder()]
  const challenge = { ref: 2, challenge: random(32) }
  const asked = { challenge: hex(challenge.challenge), user: null }
  const what = { place: h.place, random }
  const honest = await addKey(ann, theirs, challenge, what)
  const vouched = await addKey(enrolled(mine, ann.user, ann.certificates), mine, challenge, what)
  const altered: readonly MessageOf<typeof AddKey>[] = [
    vouched,
    { ...honest, fresh: vouched.fresh },
    { ...honest, fresh: vouched.fresh, proof: vouched.proof },
    { ...honest, user: 'bob@localhost' },
  ]
  for (const each of altered) {
    const { refused } = await h.ask('add', { ...passing(h.place, each), asked })
    assert.match(String(refused), /^ERR_(?:SIGNIN_PROOF|CERT_USER)$/)
  }
  const later = { ...asked, challenge: hex(random(32)) }
  const replayed = await h.ask('add', { ...passing(h.place, honest), asked: later })
  assert.equal(replayed['refused'], 'ERR_SIGNIN_PROOF')
  const added = issuedIn(await h.ask('add', { ...passing(h.place, honest), asked }))
  // a server that has lost the answer asks again, and gets the same
  const again = issuedIn(await h.ask('add', { ...passing(h.place, honest), asked }))
  assert.deepEqual(again.certificates, added.certificates)
})

test('a proof that is kept renews the key that made it, and none once that is revoked', async (t) => {
  const h = await hostile(t)
  const ann = await enrolledBy(h, 'ann', softwareHolder())
  const challenge = { ref: 2, challenge: random(32) }
  const asked = { challenge: hex(challenge.challenge), user: null }
  const proof = await prove(ann, challenge, { act: 'renew', place: h.place }, random)
  const body = { ...passing(h.place, proof), asked }
  for (let times = 0; times < 2; times += 1) {
    const { certificates } = issuedIn(await h.ask('renew', body))
    assert.deepEqual(certificates, ann.certificates)
  }
  const signedIn = await prove(ann, challenge, { act: 'sign-in', place: h.place }, random)
  const other = await h.ask('renew', { ...passing(h.place, signedIn), asked })
  assert.equal(other['refused'], 'ERR_SIGNIN_PROOF')
  const id = base64url(keyIdOf(ann.publicKeys))
  await h.authority.api(`POST /keys/${id}/revoke`, { reason: 'lost' })
  assert.equal((await h.ask('renew', body))['refused'], 'ERR_KEY_REVOKED')
})

test('a token for certifying opens nothing else', async (t) => {
  const h = await hostile(t)
  const token = await tokenAt(h.authority, 'keys.certify')
  for (const [method, path, body] of [
    ['GET', '/users', undefined],
    ['POST', '/invitations', { user: 'eve', kind: 'key' }],
    ['DELETE', '/users/ann@localhost', undefined],
    ['POST', `/keys/${'A'.repeat(43)}/revoke`, { reason: 'x' }],
  ] as const) {
    const response = await fetch(`${h.authority.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'X-Hufu-Request': '1',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    assert.equal(response.status, 403, path)
  }
})

test('what is no message is refused as such', async (t) => {
  const h = await hostile(t)
  const { place, message } = passing(h.place, {
    type: 'signin.prove',
    ref: 1,
    user: 'ann@localhost',
    nonce: random(32),
    certificates: { signing: random(9), agreement: random(9) },
    subject: new Uint8Array(0),
    signature: random(64),
  })
  const bodies = [
    { place, message: toText(unhex('ff00')) },
    { place, message },
    { place: { ...place, terminal: '00' }, message },
    { message },
  ]
  for (const body of bodies) {
    const { error } = (await h.ask('enrol', body)) as { error?: { code: string } }
    assert.equal(error?.code, 'ERR_API_REQUEST')
  }
})
