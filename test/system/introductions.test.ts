import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { random } from '@hufu/protocol/crypto'
import {
  introductionStatement,
  keyIdOf,
  type Introduction,
  type SecurityKey,
} from '@hufu/protocol/identity'
import { keyStatement } from '@hufu/protocol/signin'
import {
  signin,
  type Clock,
  type Identified,
  type IntroductionsOptions,
  type Pin,
  type Pins,
  type TalkEvent,
} from '@hufu/terminal'
import {
  altered,
  NOW,
  testIssuer,
  testKey,
  trusted,
} from '../../packages/protocol/src/testing/certificates.testing.ts'
import {
  alice,
  aliceToken,
  authority,
  bob,
  grounds,
  place,
  softwareKeyOf,
  tokenKeyOf,
} from '../../packages/protocol/src/testing/signin.testing.ts'
import { pairBySlot } from '../support/pairs.ts'
import { serve, type Served } from '../support/serve.ts'

/*
 * How the two ends of a session show each other whose KEYs they have: what holds, what is only claimed, and what ends it.
 */

const ALICE = 'alice@example.org'
const BOB = 'bob@example.org'

function pinsInMemory(): Pins & { readonly kept: Map<string, Pin[]> } {
  const kept = new Map<string, Pin[]>()
  return {
    kept,
    of: async (user) => kept.get(user) ?? [],
    async keep(user, { keyId, kind }, now) {
      const others = (kept.get(user) ?? []).filter((pin) => pin.keyId.join() !== keyId.join())
      kept.set(user, [...others, { keyId, kind, metUnixMs: now, usedUnixMs: now }])
    },
  }
}

const { introductionsOf } = await signin()

/** How somebody with these options takes what `shown` shows. */
function end(options: Partial<IntroductionsOptions> = {}): ReturnType<typeof introductionsOf> {
  return introductionsOf({
    key: undefined,
    issuers: grounds.issuers,
    pins: pinsInMemory(),
    awaited: true,
    nowUnixMs: () => NOW,
    ...options,
  })
}

const AT: Introduction = {
  role: 'initiator',
  terminal: random(32),
  session: random(16),
  bound: random(32),
}

async function shownBy(key: SecurityKey, at = AT) {
  const said = await end({ key }).introduce(at)
  assert.ok(said?.shown)
  return { type: 'identity', shown: said.shown } as const
}

describe('a KEY that is shown', () => {
  test('is verified and pinned; the same is known again, another raises the alarm', async () => {
    const pins = pinsInMemory()
    const first = await end({ pins }).judge(await shownBy(softwareKeyOf(alice)), AT)
    assert.ok(first.ok && first.identified.verified)
    assert.deepEqual(first.identified, {
      verified: true,
      user: ALICE,
      kind: 'software',
      keyId: keyIdOf(alice.publicKeys),
      pinned: 'new',
      sinceUnixMs: NOW,
    })
    const again = await end({ pins }).judge(await shownBy(softwareKeyOf(alice)), AT)
    assert.ok(again.ok && again.identified.verified && again.identified.pinned === 'same')

    const other = await shownBy(tokenKeyOf(aliceToken))
    const asked: Identified[] = []
    for (const accept of [undefined, async () => false]) {
      const judged = await end({ pins, ...(accept && { accept }) }).judge(other, AT)
      assert.deepEqual(judged, { ok: false, code: 'ERR_IDENTITY_CHANGED' })
    }
    assert.equal(pins.kept.get(ALICE)!.length, 1, 'nothing is taken over unasked')
    const accept = async (changed: Identified): Promise<boolean> => asked.push(changed) > 0
    const accepted = await end({ pins, accept }).judge(other, AT)
    assert.ok(accepted.ok && accepted.identified.verified)
    assert.equal(accepted.identified.pinned, 'changed')
    assert.equal(asked.length, 1)
    const both = await end({ pins }).judge(await shownBy(softwareKeyOf(alice)), AT)
    assert.ok(both.ok && both.identified.verified && both.identified.pinned === 'same')
  })

  test('is forged in any other session, by any other terminal, in the other role', async () => {
    const said = await shownBy(softwareKeyOf(alice))
    const elsewhere: Introduction[] = [
      { ...AT, role: 'responder' },
      { ...AT, terminal: random(32) },
      { ...AT, session: random(16) },
      { ...AT, bound: random(32) },
    ]
    for (const at of elsewhere)
      assert.deepEqual(await end().judge(said, at), FORGED, JSON.stringify(Object.keys(at)))
  })

  test('is forged if anything of it is another’s', async () => {
    const { shown } = await shownBy(softwareKeyOf(alice))
    const theirs = (await shownBy(softwareKeyOf(bob, BOB))).shown
    const signature = altered(shown.signature, 7)
    const wrong = [
      { ...shown, signature },
      { ...shown, user: BOB },
      { ...shown, certificates: theirs.certificates },
      { ...theirs, signature: shown.signature },
      { ...shown, certificates: { ...shown.certificates, signing: theirs.certificates.signing } },
    ]
    for (const each of wrong) {
      const judged = await end().judge({ type: 'identity', shown: each }, AT)
      if (judged.ok) assert.equal(judged.identified.verified, false)
      else assert.equal(judged.code, 'ERR_IDENTITY_PROOF')
    }
    assert.deepEqual(await end().judge({ type: 'identity', shown: wrong[0]! }, AT), FORGED)
    // Bob signs, by his own key and properly, that he is Alice.
    const key = softwareKeyOf(bob, BOB)
    const { certificates } = key
    const lie = await key.sign(introductionStatement(AT, ALICE, certificates))
    const said = { type: 'identity', shown: { user: ALICE, certificates, signature: lie } } as const
    assert.deepEqual(await end().judge(said, AT), FORGED)
  })

  test('is no use of what was signed to sign in', async () => {
    const key = softwareKeyOf(alice)
    const { user, certificates } = key
    const fresh = { challenge: random(32), nonce: random(32) }
    const by = { user, certificates, subject: new Uint8Array(0) }
    const statement = keyStatement('sign-in', { ...place, terminal: AT.terminal }, fresh, by)
    const signature = await key.sign(statement)
    const said = { type: 'identity', shown: { user, certificates, signature } } as const
    assert.deepEqual(await end().judge(said, AT), FORGED)
  })

  test('is only claimed where its certificates are worth nothing here, and not pinned', async () => {
    const stranger = testIssuer('somebody else')
    const day = 86_400_000
    const cases = [
      ['ERR_CERT_ISSUER', softwareKeyOf(testKey(stranger, 'alice')), {}],
      ['ERR_CERT_ISSUER', softwareKeyOf(alice), { issuers: [] }],
      ['ERR_CERT_EXPIRED', softwareKeyOf(alice), { nowUnixMs: () => NOW + 400 * day }],
      ['ERR_CERT_NAMESPACE', softwareKeyOf(alice), { issuers: [trusted(authority, ['x.org'])] }],
    ] as const
    for (const [code, key, options] of cases) {
      const pins = pinsInMemory()
      const judged = await end({ pins, ...options }).judge(await shownBy(key), AT)
      const claimed = { verified: false, user: ALICE, code, known: false }
      assert.deepEqual(judged, { ok: true, identified: claimed })
      assert.equal(pins.kept.size, 0)
    }
    const { shown } = await shownBy(softwareKeyOf(alice))
    const certificates = { ...shown.certificates, signing: random(300) }
    const broken = { type: 'identity', shown: { ...shown, certificates } } as const
    const judged = await end().judge(broken, AT)
    assert.ok(judged.ok && !judged.identified.verified)
    assert.equal(judged.identified.code, 'ERR_CERT_MALFORMED')
  })

  test('must be the one that was rung; who shows none is not verified', async () => {
    const said = await shownBy(softwareKeyOf(bob, BOB))
    assert.deepEqual(await end({ rung: ALICE }).judge(said, AT), FORGED)
    const pins = pinsInMemory()
    await pins.keep(ALICE, { keyId: random(32), kind: 'token' }, NOW)
    const none = await end({ rung: ALICE, pins }).judge({ type: 'identity', shown: null }, AT)
    const identified = { verified: false, user: ALICE, code: undefined, known: true }
    assert.deepEqual(none, { ok: true, identified })
  })
})

const FORGED = { ok: false, code: 'ERR_IDENTITY_PROOF' } as const

describe('in a session', () => {
  let served: Served
  before(async () => {
    served = await serve()
  })
  after(async () => served.stop())

  const options = (key: SecurityKey | undefined, more: Partial<IntroductionsOptions> = {}) => ({
    introductions: end({ key, ...more }),
  })

  async function first(events: AsyncIterable<TalkEvent>): Promise<TalkEvent> {
    for await (const event of events) return event
    throw new Error('nothing happened')
  }

  test('both know who the other is before anything is said', async () => {
    const { opener, joiner } = await pairBySlot(served.origin, served.origin, {
      opener: options(softwareKeyOf(alice)),
      joiner: options(
        tokenKeyOf(
          testKey(authority, 'b', { algorithm: 'p256', kind: 'token', emails: [BOB] }),
          BOB,
        ),
      ),
    })
    await joiner.say('hello')
    const [heard, seen] = await Promise.all([first(opener.events()), first(joiner.events())])
    assert.ok(heard.type === 'identified' && heard.verified && heard.user === BOB)
    assert.equal(heard.kind, 'token')
    assert.ok(seen.type === 'identified' && seen.verified && seen.user === ALICE)
    opener.abort()
    joiner.abort()
  })

  test('an end that does not accept a changed key has no talk, and the other hears nothing', async () => {
    const pins = pinsInMemory()
    await pins.keep(BOB, { keyId: random(32), kind: 'software' }, NOW)
    const paired = pairBySlot(served.origin, served.origin, {
      opener: options(undefined, { pins }),
      joiner: options(softwareKeyOf(bob, BOB)),
    })
    await assert.rejects(paired, { code: 'ERR_IDENTITY_CHANGED' })
  })

  test('a key that fails to sign ends it with its own code', async () => {
    const key = softwareKeyOf(alice)
    await key.close()
    const paired = pairBySlot(served.origin, served.origin, {
      opener: options(key),
      joiner: options(undefined),
    })
    await assert.rejects(paired, { code: 'ERR_SECRET_WIPED' })
  })

  test('who says nothing of itself is not waited for for ever', async () => {
    const hasty = {
      // Twenty times as fast as ours.
      now: () => (performance.now() * 20) as ReturnType<Clock['now']>,
      wake(at: number, act: () => void) {
        const timer = setTimeout(act, Math.max(0, at / 20 - performance.now()))
        return () => clearTimeout(timer)
      },
    }
    const { opener, joiner } = await pairBySlot(served.origin, served.origin, {
      opener: { ...options(softwareKeyOf(alice)), ports: { clock: hasty } },
    })
    const seen = await first(opener.events())
    assert.ok(seen.type === 'identified' && !seen.verified && seen.user === undefined)
    opener.abort()
    joiner.abort()
  })
})
