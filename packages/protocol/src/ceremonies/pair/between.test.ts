import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { at } from '../../testing/clock.testing.ts'
import {
  answer,
  answererStep,
  begin,
  passphrase,
  requesterStep,
  type AnswerMessage,
  type ConfirmMessage,
  type Pairing,
} from '../../testing/pairing.testing.ts'
import { PAIR_LIMITS, startAnswerer, type AnswererState, type PairKeys } from './index.ts'

/*
 * Two pairings, and somebody who stands between all four ends and knows the words of the first. To every end she may
 * pass on what its partner said, what the other pairing's said, or what she makes herself.
 */

const KNOWN = [passphrase('tango-orbit-lilac')]
const UNKNOWN = [passphrase('abacus-zoom-tiger')]

type Source = 'partner' | 'other' | 'her'
/** For the pairing whose words she knows, and for the one whose words she does not. */
type Choice = readonly [Source, Source]

const SERVER = new Uint8Array(16).fill(1)
const choice: fc.Arbitrary<Choice> = fc.tuple(source(), source())

test('she comes between the two whose words she knows, and their words to compare differ', () => {
  const [known] = run({
    requests: ['her', 'partner'],
    answers: ['her', 'partner'],
    confirms: ['her', 'partner'],
  })
  assert.ok(known.requester !== undefined && known.opener !== undefined)
  assert.notDeepEqual(known.requester.root.expose(), known.opener.root.expose())
  assert.notDeepEqual(known.requester.words, known.opener.words)
})

test('nobody comes between if she only passes on', () => {
  const honest: Choice = ['partner', 'partner']
  for (const ends of run({ requests: honest, answers: honest, confirms: honest })) {
    assert.deepEqual(ends.requester?.root.expose(), ends.opener?.root.expose())
    assert.deepEqual(ends.requester?.words, ends.opener?.words)
  }
})

test('the two whose words she does not know end with each other or with nobody', () => {
  let together = 0
  const choices = fc.record({ requests: choice, answers: choice, confirms: choice })
  fc.assert(
    fc.property(choices, (chosen) => {
      const [known, unknown] = run(chosen)
      if (unknown.opener !== undefined || unknown.requester !== undefined) {
        assert.ok(unknown.requester !== undefined, 'an opener that agreed with somebody else')
        // The requester may be left alone with its keys: then the opener never sends a record.
        if (unknown.opener !== undefined) {
          assert.deepEqual(unknown.requester.root.expose(), unknown.opener.root.expose())
          assert.deepEqual(unknown.requester.words, unknown.opener.words)
          together += 1
        }
      }
      if (known.opener !== undefined && known.requester !== undefined) {
        const same = equalRoots(known.requester, known.opener)
        assert.equal(known.requester.words.join() === known.opener.words.join(), same)
      }
    }),
    { numRuns: 150 },
  )
  assert.ok(together > 0)
})

test('what the requester of unknown words takes for an answer is its opener’s, whatever she does', () => {
  const choices = fc.record({ requests: choice, answers: choice, confirms: choice })
  fc.assert(
    fc.property(choices, (chosen) => {
      const [, unknown] = run(chosen)
      const passedOn = chosen.requests[1] === 'partner' && chosen.answers[1] === 'partner'
      assert.equal(unknown.requester !== undefined, passedOn)
      const whole = passedOn && chosen.confirms[1] === 'partner'
      assert.equal(unknown.opener !== undefined, whole)
    }),
    { numRuns: 60 },
  )
})

interface Ends {
  /** The keys that each came to, if it did. */
  readonly requester: PairKeys | undefined
  readonly opener: PairKeys | undefined
}

interface Choices {
  readonly requests: Choice
  readonly answers: Choice
  readonly confirms: Choice
}

function run({ requests, answers, confirms }: Choices): readonly [Ends, Ends] {
  const pairings = [pairing(KNOWN), pairing(UNKNOWN)] as const
  const hers = [pairing(KNOWN), pairing(KNOWN)] as const // her own requests, one for each opener
  const openers = ([0, 1] as const).map((i) => {
    const { request } = from(requests[i], pairings[i], pairings[1 - i]!, hers[i])
    const ring = startAnswerer(request, pairings[i].channel, PAIR_LIMITS, at(0))
    return answer({ ...pairings[i], answerer: ring.state })
  })
  const said = openers.map((step) => (step.send?.type === 'answer' ? step.send.message : undefined))
  const confirmed = ([0, 1] as const).map((i) => {
    const message = from(answers[i], said[i], said[1 - i], herAnswer(pairings[i]))
    return message === undefined ? undefined : confirm(pairings[i], message)
  })
  const herConfirms = said.map((message, i) =>
    message === undefined ? undefined : confirm(hers[i]!, message)?.message,
  )
  const agreed = ([0, 1] as const).map((i) => {
    const message = from(
      confirms[i],
      confirmed[i]?.message,
      confirmed[1 - i]?.message,
      herConfirms[i],
    )
    return message === undefined ? undefined : verdict(openers[i]!.state, message)
  })
  return [
    { requester: confirmed[0]?.keys, opener: agreed[0] },
    { requester: confirmed[1]?.keys, opener: agreed[1] },
  ]
}

function pairing(words: Pairing['answererKnows']): Pairing {
  return begin({ requesterKnows: words, answererKnows: words, serverId: SERVER })
}

/** Her answer to a request: with the words that she knows. */
function herAnswer(to: Pairing): AnswerMessage | undefined {
  const ring = startAnswerer(to.request, to.channel, PAIR_LIMITS, at(0))
  const her = pairing(KNOWN)
  const { send } = answer({ ...her, answerer: ring.state })
  return send?.type === 'answer' ? send.message : undefined
}

function confirm(
  { requester }: Pairing,
  message: AnswerMessage,
): { readonly message: ConfirmMessage; readonly keys: PairKeys } | undefined {
  const step = requesterStep(requester, { type: 'answered', message }, 0)
  if (step.send?.type !== 'confirm' || step.state.at !== 'confirming') return undefined
  return { message: step.send.message, keys: step.state.keys }
}

function verdict(state: AnswererState, message: ConfirmMessage): PairKeys | undefined {
  const input = { session: new Uint8Array(16), confirm: message, code: null }
  const step = answererStep(state, { type: 'verdict', message: input }, 0)
  return step.state.at === 'agreed' ? step.state.keys : undefined
}

function from<T>(which: Source, partner: T, other: T, her: T): T {
  return { partner, other, her }[which]
}

function source(): fc.Arbitrary<Source> {
  return fc.constantFrom('partner', 'partner', 'other', 'her')
}

function equalRoots(one: PairKeys, other: PairKeys): boolean {
  return one.root.expose().toString() === other.root.expose().toString()
}
