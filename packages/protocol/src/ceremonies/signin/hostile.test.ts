import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { hex, utf8 } from '../../crypto/index.ts'
import { certificateCache } from '../../identity/certificate-cache.ts'
import { NOW, testIssuer, testKey, trusted } from '../../testing/certificates.testing.ts'
import { at } from '../../testing/clock.testing.ts'
import {
  alice,
  aliceToken,
  authority,
  bob,
  grounds,
  invitationOf,
  octetsOf,
  place,
  softwareKeyOf,
  tokenKeyOf,
} from '../../testing/signin.testing.ts'
import { alike, tampered, tamperings, type Tampering } from '../../testing/tampering.testing.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { issueChallenge, NO_CHALLENGES, takeChallenge, type Challenges } from './challenges.ts'
import { issuedTag } from './invitation-seal.ts'
import type { Ask, Challenge, Issued, Prove } from './messages.ts'
import { judgeEnrol } from './server-enrol.ts'
import { judge, type Grounds } from './server.ts'
import { checkEnrolled, enrol } from './terminal-enrol.ts'
import { prove } from './terminal.ts'

/*
 * A relay between terminals and their server, which alters any field of any message, puts in what it has seen elsewhere or made
 * with a key of its own, and delivers everything everywhere, twice.
 */

const terminalOf = (n: number): Uint8Array => utf8(`terminal ${n} has thirty-two octets`)
const mallory = testKey(authority, 'mallory', { emails: ['mallory@example.org'] })
const acts = ['sign-in', 'release', 'renew', 'revoke-key'] as const
const cache = certificateCache(100)

/** What somebody wants, at a terminal of their own. */
interface Wish {
  readonly terminal: number
  readonly user: 'alice' | 'alice token' | 'bob' | 'mallory'
  readonly act: (typeof acts)[number]
  readonly subject: number
}
const keys = {
  alice: softwareKeyOf(alice),
  'alice token': tokenKeyOf(aliceToken),
  bob: softwareKeyOf(bob, 'bob@example.org'),
  mallory: softwareKeyOf(mallory, 'mallory@example.org'),
}
const subjectOf = ({ act, subject }: Wish): Uint8Array =>
  act === 'release' || act === 'revoke-key' ? terminalOf(subject) : new Uint8Array(0)

/** What the server believed: who may do what, from where. */
const told = (terminal: number, user: string, act: string, subject: Uint8Array): string =>
  [terminal, user, act, hex(subject)].join(' ')

/** The parts of a server that a planted fault can be in. */
interface Server {
  readonly judge: typeof judge
  readonly take: typeof takeChallenge
}
const SOUND: Server = { judge, take: takeChallenge }

interface Script {
  readonly wishes: readonly Wish[]
  /** By message: asks, then challenges, then proofs. */
  readonly tamperings: readonly (readonly Tampering[])[]
}

/** Runs it all; what the server believed in the end, in order. */
async function believed(
  { wishes, tamperings }: Script,
  server: Server,
): Promise<readonly string[]> {
  const random = octetsOf(JSON.stringify(wishes))
  const pass = <M extends object>(messages: readonly M[], step: number): readonly M[] =>
    messages.map((message, n) => tampered(message, messages, tamperings[step * 4 + n] ?? []))

  const connections = new Map<number, Challenges>(
    wishes.map(({ terminal }) => [terminal, NO_CHALLENGES]),
  )
  const asks = wishes.map(({ act }): MessageOf<typeof Ask> => {
    return { type: 'signin.ask', ref: 1, act, by: 'key', user: null }
  })
  const challenges = pass(asks, 0).map((ask, n): MessageOf<typeof Challenge> => {
    const { terminal } = wishes[n]!
    const { challenges, issued } = issueChallenge(connections.get(terminal)!, ask, at(0), {
      random,
    })
    connections.set(terminal, challenges)
    const { ref, challenge, user } = issued
    return { type: 'signin.challenge', ref, challenge, user, offered: [], lifetimeMs: 60_000 }
  })
  const proofs = await Promise.all(
    pass(challenges, 1).map((challenge, n): Promise<MessageOf<typeof Prove>> => {
      const wish = wishes[n]!
      const own = { ...place, terminal: terminalOf(wish.terminal) }
      const what = { act: wish.act, place: own, subject: subjectOf(wish) }
      return prove(keys[wish.user], challenge, what, random)
    }),
  )
  const believed: string[] = []
  for (const message of [...pass(proofs, 2), ...proofs, ...proofs])
    for (const [terminal, open] of connections) {
      const { challenges, taken } = server.take(open, { ref: message.ref, by: 'key' }, at(1))
      connections.set(terminal, challenges)
      const here: Grounds = {
        ...grounds,
        place: { ...place, terminal: terminalOf(terminal) },
        cache,
      }
      const outcome = taken.ok ? server.judge(taken.value, message, here) : taken
      if (outcome.ok)
        believed.push(
          told(terminal, outcome.value.key.user, outcome.value.act, outcome.value.subject),
        )
      else assert.match(outcome.code, /^ERR_(?:SIGNIN|CERT|USER)_/)
    }
  return believed
}

/** Everything that was believed was wanted, there, and no oftener. Mallory's own key may want anything. */
async function onlyWishes(script: Script, server: Server): Promise<void> {
  const open = script.wishes.map((wish) =>
    told(wish.terminal, keys[wish.user].user, wish.act, subjectOf(wish)),
  )
  for (const each of await believed(script, server)) {
    if (each.includes('mallory@')) continue
    const found = open.indexOf(each)
    assert.ok(found >= 0, `nobody wanted: ${each}`)
    open.splice(found, 1)
  }
}

const wish: fc.Arbitrary<Wish> = fc.record({
  terminal: fc.nat(2),
  user: fc.constantFrom('alice', 'alice token', 'bob', 'mallory'),
  // mostly the same, as the relay can do more with two that are alike
  act: fc.constantFrom('sign-in', 'sign-in', 'sign-in', ...acts),
  subject: fc.nat(2),
})
const script: fc.Arbitrary<Script> = fc.record({
  wishes: fc.array(wish, { minLength: 2, maxLength: 4 }),
  tamperings: fc.array(tamperings, { minLength: 12, maxLength: 12 }),
})

describe('a hostile relay, at signing in', () => {
  test('brings about nothing that nobody wanted', async () => {
    const property = fc.asyncProperty(script, (each) => onlyWishes(each, SOUND))
    await fc.assert(property, { numRuns: 300 })
  })

  test('that only relays is no hindrance', async () => {
    for (const user of ['alice', 'alice token', 'bob'] as const)
      for (const act of acts) {
        const wish: Wish = { terminal: 1, user, act, subject: 2 }
        const seen = await believed({ wishes: [wish], tamperings: [] }, SOUND)
        assert.deepEqual(seen, [told(1, keys[user].user, act, subjectOf(wish))])
      }
  })

  const PLANTED: Readonly<Record<string, Server>> = {
    'a challenge that stays': {
      ...SOUND,
      take: (challenges, which, now) => ({ ...takeChallenge(challenges, which, now), challenges }),
    },
    'a server that minds no place': {
      ...SOUND,
      judge: (asked, message, here) => {
        const outcomes = [0, 1, 2].map((n) => {
          const there = { ...here.place, terminal: terminalOf(n) }
          return judge(asked, message, { ...here, place: there })
        })
        return outcomes.find(({ ok }) => ok) ?? outcomes[0]!
      },
    },
    'a server that takes the act from whoever asks': {
      ...SOUND,
      judge: (asked, message, here) => {
        const outcomes = acts.map((act) => judge({ ...asked, act }, message, here))
        const good = outcomes.find(({ ok }) => ok)
        if (good?.ok !== true) return outcomes[0]!
        const { act } = asked
        return act === 'add-key' ? good : { ok: true, value: { ...good.value, act } }
      },
    },
  }
  for (const [name, server] of Object.entries(PLANTED))
    test(`is found out by a planted fault: ${name}`, async () => {
      const tries = fc.asyncProperty(script, (each) => onlyWishes(each, server))
      const { failed } = await fc.check(tries, { numRuns: 20_000, endOnFailure: true })
      assert.ok(failed)
    })
})

describe('a hostile relay, at enrolling', () => {
  const invitation = invitationOf()
  const own = { ...invitationOf('mallory’s'), user: 'mallory@example.org' }
  const random = octetsOf('hostile enrolments')
  const strange = testIssuer('stranger')
  const carried = (issuer = authority) => ({
    certificate: trusted(issuer, ['example.org']).certificate.der,
    namespaces: ['example.org'],
    ours: true,
  })

  test('enrols no other key, and drops no recovery code', async () => {
    const what = { ref: 1, place }
    const genuine = await enrol(
      keys.alice,
      invitation,
      { ...what, recovery: invitationOf('r') },
      random,
    )
    const others = [
      await enrol(keys.mallory, own, { ...what, recovery: invitationOf('m') }, random),
      await enrol(keys.mallory, { ...own, id: invitation.id }, what, random),
    ].map(({ message }) => message)
    const { message } = genuine
    fc.assert(
      fc.property(tamperings, (list) => {
        const passed = tampered(message, others, list)
        const outcome = judgeEnrol(passed, invitation, grounds)
        const same = alike({ ...passed, ref: 1 }, message)
        assert.equal(outcome.ok ? 'enrolled' : outcome.code, same ? 'enrolled' : 'ERR_ENROL_CODE')
      }),
      { numRuns: 500 },
    )
  })

  test('gives the terminal no other certificates, user or issuers', async () => {
    const { awaited } = await enrol(keys.alice, invitation, { ref: 1, place }, random)
    const answer = (mac: typeof own.mac, part: Partial<MessageOf<typeof Issued>>) => {
      const body = {
        user: 'alice@example.org',
        certificates: alice.certificates,
        issuers: [carried()],
        ...part,
      }
      return {
        type: 'signin.issued',
        ref: 1,
        ...body,
        tag: issuedTag(mac, awaited.tag, body),
      } as const
    }
    const genuine = answer(invitation.mac, {})
    const others = [
      answer(own.mac, { user: 'mallory@example.org', certificates: mallory.certificates }),
      answer(own.mac, {
        issuers: [carried(strange)],
        certificates: testKey(strange, 'alice').certificates,
      }),
      answer(own.mac, { issuers: [carried(), carried(strange)] }),
    ]
    fc.assert(
      fc.property(tamperings, (list) => {
        const passed = tampered(genuine, others, list) as MessageOf<typeof Issued>
        const outcome = checkEnrolled(awaited, passed, NOW)
        const same = alike({ ...passed, ref: 1 }, genuine)
        assert.equal(outcome.ok ? 'taken' : outcome.code, same ? 'taken' : 'ERR_ENROL_CODE')
      }),
      { numRuns: 500 },
    )
  })
})
