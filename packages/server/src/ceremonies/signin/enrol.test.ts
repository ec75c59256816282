import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { base64url, random } from '@hufu/protocol/crypto'
import { keyIdOf, type KeyHolder } from '@hufu/protocol/identity'
import {
  checkEnrolled,
  enrol,
  invitationKeys,
  newInvitation,
  type InvitationKeys,
} from '@hufu/protocol/signin'
import type { ServerMessage } from '../../messages.ts'
import {
  codeOf,
  enrolKey,
  placeAt,
  signIn,
  softwareHolder,
  testHouse,
  tokenHolder,
  type TestHouse,
} from '../../signin.testing.ts'
import type { TestTerminal } from '../../terminal.testing.ts'

let house: TestHouse
const later: (() => unknown)[] = []
before(async () => {
  const t = { after: (act: () => unknown) => void later.push(act) } as unknown as TestContext
  const roomy = { enrolmentsPerSource: 1_000, signinsPerSecond: 10_000 }
  house = await testHouse(t, { ...roomy, namespace: 'hufu.example' })
})
after(async () => {
  for (const act of later) await act()
})

let users = 0
const newUser = (): string => `user${(users += 1)}@hufu.example`

describe('an invitation', () => {
  test('is good once, and for whoever lost the answer again by the same key', async () => {
    const code = await house.invite(newUser())
    const holder = softwareHolder()
    const terminal = await house.terminal()
    const key = await enrolKey(house, terminal, code, { holder })
    const again = await enrolKey(house, await house.terminal(), code, { holder })
    assert.deepEqual(again.certificates, key.certificates)
    assert.equal(await refusal(terminal, code), 'ERR_ENROL_CODE')
    await signIn(house, terminal, key)
  })

  test('used twice at the same moment is good for one of the two', async () => {
    const code = await house.invite(newUser())
    const terminals = [await house.terminal(), await house.terminal()]
    const sent = await Promise.all(terminals.map((one) => enrolment(one, code, softwareHolder())))
    terminals.forEach((one, at) => one.send(sent[at]!.message))
    const outcomes = await Promise.all(terminals.map((one) => one.any()))
    assert.deepEqual(outcomes.map((one) => codeOf(one as ServerMessage)).toSorted(), [
      'ERR_ENROL_CODE',
      'signin.issued',
    ])
  })

  test('that is unknown, expired, withdrawn, altered or for something else looks the same', async () => {
    const terminal = await house.terminal()
    const code = async (kind?: 'terminal'): Promise<string> => house.invite(newUser(), kind)
    assert.equal(await refusal(terminal, newInvitation(random)), 'ERR_ENROL_CODE')
    assert.equal(await refusal(terminal, await code('terminal')), 'ERR_ENROL_CODE')
    const user = newUser()
    const withdrawn = await house.invite(user)
    assert.deepEqual(await house.api(`DELETE /users/${user}/invitations`), { withdrawn: 1 })
    assert.equal(await refusal(terminal, withdrawn), 'ERR_ENROL_CODE')
    const made = await house.api('POST /invitations', { user, kind: 'key', lifetimeMs: 60_000 })
    house.clock.advance(60_000)
    assert.equal(await refusal(terminal, made.code!), 'ERR_ENROL_CODE')
    const good = await code()
    const { message } = await enrolment(terminal, good, softwareHolder())
    for (const altered of [
      { ...message, nonce: random(32) },
      { ...message, tag: random(32) },
      { ...message, recovery: random(108) },
      { ...message, fresh: { ...message.fresh, agreement: random(32) } },
    ]) {
      terminal.send(altered)
      assert.equal((await terminal.next('refused')).code, 'ERR_ENROL_CODE')
    }
    // made for another terminal: whoever relays it cannot use it elsewhere
    const elsewhere = await house.terminal()
    elsewhere.send(message)
    assert.equal((await elsewhere.next('refused')).code, 'ERR_ENROL_CODE')
    terminal.send(message)
    await terminal.next('signin.issued')
  })

  test('is not found by trying: attempts are counted, also over a restart', async (t) => {
    const few = await testHouse(t, { enrolmentsPerSource: 3 })
    const code = await few.invite('ann')
    const terminal = await few.terminal()
    for (let i = 0; i < 3; i += 1) {
      terminal.send((await enrolment(terminal, newInvitation(random), softwareHolder())).message)
      assert.equal((await terminal.next('refused')).code, 'ERR_ENROL_CODE')
    }
    terminal.send((await enrolment(terminal, code, softwareHolder(), few)).message)
    assert.equal((await terminal.next('refused')).code, 'ERR_RATE')
    few.clock.advance(few.config.enrolmentsPerSourceMs)
    for (let i = 0; i < 4; i += 1)
      await enrolKey(few, terminal, await few.invite('ann'), { holder: softwareHolder() })
  })

  test('is one of a few that a user has open, in a namespace that somebody certifies', async () => {
    const user = newUser()
    for (let i = 0; i < house.config.invitationsPerUser; i += 1) await house.invite(user)
    const refused = async (user: string): Promise<string | undefined> =>
      (await house.api('POST /invitations', { user, kind: 'key' })).code
    assert.equal(await refused(user), 'ERR_ENROL_LIMIT')
    assert.equal(await refused('ann@elsewhere.example'), 'ERR_CERT_NAMESPACE')
    assert.equal(await refused('no body'), 'ERR_USER_ID')
  })

  test('takes no keys that nobody can hold', async () => {
    const terminal = await house.terminal()
    const good = softwareHolder().publicKeys
    const token = tokenHolder().publicKeys
    const off = Uint8Array.from(token.agreement)
    off[64]! ^= 1
    for (const publicKeys of [
      { ...good, agreement: new Uint8Array(32) },
      { ...good, agreement: good.signing },
      { ...good, agreement: token.agreement },
      { ...token, agreement: off },
      { ...token, algorithm: 'ed25519' as const },
    ]) {
      const holder: KeyHolder = {
        ...(publicKeys.algorithm === 'p256' ? tokenHolder() : softwareHolder()),
      }
      const claims = { ...holder, publicKeys }
      assert.equal(await refusal(terminal, await house.invite(newUser()), claims), 'ERR_ENROL_KEYS')
    }
  })
})

test('a recovery code, shown once, is as good as an invitation, and good once', async () => {
  const user = newUser()
  const terminal = await house.terminal()
  const [recovery, next] = [newInvitation(random), newInvitation(random)]
  const first = { holder: softwareHolder(), recovery: invitationKeys(recovery) }
  await enrolKey(house, terminal, await house.invite(user), first)
  const shown = (await house.api(`GET /users/${user}`))['invitations']
  assert.deepEqual(
    (shown as readonly { kind: string; expires: number | null }[]).map(({ kind, expires }) => [
      kind,
      expires,
    ]),
    [['recovery', null]],
  )
  const second = { holder: tokenHolder(), recovery: invitationKeys(next) }
  const key = await enrolKey(house, terminal, recovery, second)
  await signIn(house, terminal, key)
  assert.equal(await refusal(terminal, recovery), 'ERR_ENROL_CODE')
  await enrolKey(house, terminal, next, { holder: softwareHolder() })
})

test('what is sealed under a passkey comes back as it was, and to its credential only', async () => {
  const terminal = await house.terminal()
  const holder = softwareHolder('passkey')
  const passkey = { credential: random(32), host: 'hufu.example', sealed: random(92) }
  const code = await house.invite(newUser())
  const key = await enrolKey(house, terminal, code, { holder, passkey })
  terminal.send({ type: 'signin.unseal', ref: 4, credential: passkey.credential })
  const { user, host, sealed, certificates } = await terminal.next('signin.sealed')
  assert.deepEqual([user, host, sealed], [key.user, passkey.host, passkey.sealed])
  assert.deepEqual(certificates, key.certificates)
  terminal.send({ type: 'signin.unseal', ref: 5, credential: random(32) })
  assert.equal((await terminal.next('refused')).code, 'ERR_KEY_UNKNOWN')
  // another user's keys under the same credential would take its place
  const theirs = { holder: softwareHolder('passkey'), passkey: { ...passkey, sealed: random(92) } }
  const { message } = await enrolment(
    terminal,
    await house.invite(newUser()),
    theirs.holder,
    house,
    theirs,
  )
  terminal.send(message)
  assert.equal((await terminal.next('refused')).code, 'ERR_KEY_EXISTS')
  const id = base64url(keyIdOf(key.publicKeys))
  await house.api(`POST /keys/${id}/revoke`, { reason: 'lost' })
  terminal.send({ type: 'signin.unseal', ref: 6, credential: passkey.credential })
  assert.equal((await terminal.next('refused')).code, 'ERR_KEY_UNKNOWN')
})

async function enrolment(
  terminal: TestTerminal,
  code: string,
  holder: KeyHolder,
  server: Pick<TestHouse, 'name'> = house,
  extras: Partial<Parameters<typeof enrol>[2]> = {},
) {
  const keys: InvitationKeys = invitationKeys(code)
  return enrol(holder, keys, { ...extras, ref: 1, place: placeAt(server, terminal) }, random)
}

/** The code that an enrolment is refused with. */
async function refusal(
  terminal: TestTerminal,
  code: string,
  holder: KeyHolder = softwareHolder(),
): Promise<string> {
  const { message, awaited } = await enrolment(terminal, code, holder)
  terminal.send(message)
  const answer = (await terminal.any()) as ServerMessage
  if (answer.type === 'signin.issued') {
    const checked = checkEnrolled(awaited, answer, house.clock.wall())
    assert.fail(`it was enrolled: ${String(checked.ok)}`)
  }
  return codeOf(answer)
}
