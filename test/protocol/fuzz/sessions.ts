import assert from 'node:assert/strict'
import { Secret, utf8 } from '@hufu/protocol/crypto'
import { ERRORS } from '@hufu/protocol/wire'
import {
  decodeAnswer,
  decodeProposal,
  encodeChange,
} from '../../../packages/protocol/src/session/change.ts'
import {
  decodeClose,
  decodeFrame,
  encodeClose,
  encodeFrame,
} from '../../../packages/protocol/src/session/frame.ts'
import { startLink } from '../../../packages/protocol/src/session/link.ts'
import { at } from '../../../packages/protocol/src/testing/clock.testing.ts'
import { plainRecords } from '../../../packages/protocol/src/testing/records.testing.ts'
import { sessionPair } from '../../../packages/protocol/src/testing/sessions.testing.ts'
import { onlyForm } from './messages.ts'
import { fixed } from './fixed.ts'
import type { Target } from './run.ts'

/** What is read inside a session: from an end that knows the keys, or from a relay that does not. */

const NOW = at(0)

const frame = { more: false, sequence: 0, acknowledged: 0, limit: 1_000_000 } as const
const frames = [
  encodeFrame({ ...frame, kind: 'data', data: utf8('hello') }),
  encodeFrame({ ...frame, kind: 'data', more: true, sequence: 1, data: fixed(80) }),
  encodeFrame({ ...frame, kind: 'ack', sequence: 3, data: new Uint8Array(0) }),
  encodeFrame({ ...frame, kind: 'sync', limit: 2 ** 47, data: new Uint8Array(0) }),
  encodeFrame({ ...frame, kind: 'reply', data: new Uint8Array(0) }),
]

export const sessions: readonly Target[] = [
  {
    name: 'frames of a link',
    share: 40,
    valid: frames,
    feed: (input) => onlyForm(decodeFrame(input), ['ERR_LINK_MALFORMED'], encodeFrame, input),
  },
  {
    name: 'closing counters',
    share: 5,
    valid: [encodeClose({ sent: 7, taken: 2 ** 40 })],
    feed: (input) => onlyForm(decodeClose(input), ['ERR_LINK_MALFORMED'], encodeClose, input),
  },
  {
    name: 'changes of keys',
    share: 10,
    valid: [
      encodeChange({ kind: 'proposal', id: 1, offset: 2, refresh: true, publicKey: fixed(1_216) }),
      encodeChange({ kind: 'answer', id: 1, ciphertext: fixed(1_120) }),
    ],
    feed(input) {
      const change = decodeProposal(input) ?? decodeAnswer(input)
      if (change !== undefined) assert.deepEqual(encodeChange(change), input.slice())
      return change !== undefined
    },
  },
  linkTarget(),
  recordsTarget(),
  sessionTarget(),
]

/** A link takes whatever an authenticated but hostile other says: frames in any order, until one ends it. */
function linkTarget(): Target {
  const fresh = (): ReturnType<typeof startLink> => {
    const link = startLink()
    link.connected(NOW)
    link.send(utf8('mine'))
    while (link.poll(NOW) !== undefined);
    return link
  }
  let link = fresh()
  let fed = 0
  return {
    name: 'a link',
    share: 20,
    valid: frames,
    feed(input) {
      const outcome = link.receive(input.slice(), NOW)
      while (link.take() !== undefined) link.taken(NOW)
      while (link.poll(NOW) !== undefined);
      fed += 1
      if (!outcome.ok) assert.match(outcome.code, /^ERR_LINK_(MALFORMED|CREDIT)$/)
      if (!outcome.ok || fed % 64 === 0) link = fresh()
      return outcome.ok
    },
  }
}

/** Nothing opens but what was sealed, as it was sealed. */
function recordsTarget(): Target {
  const hash = fixed(32)
  const root = fixed(64)
  const end = (role: 'initiator' | 'responder'): ReturnType<typeof plainRecords> =>
    plainRecords(new Secret(root.slice()), role, hash)
  const [ours, theirs] = [end('initiator'), end('responder')]
  const next = (): Uint8Array => {
    const record = ours.seal(frames[0]!)
    assert.ok(record.ok)
    return record.value
  }
  const valid = [next()]
  return {
    name: 'records',
    share: 10,
    valid,
    feed(input) {
      const opened = theirs.open(input)
      if (!opened.ok) {
        assert.match(opened.code, /^ERR_RECORD_(MALFORMED|EPOCH|FORGED)$/)
        return false
      }
      if (opened.value.kind === 'repeated') return false
      assert.equal(Buffer.compare(input, valid[0]!), 0, 'an altered record opened')
      valid[0] = next()
      return true
    },
  }
}

/** A session that hears anything goes on, or ends with a code of the table. */
function sessionTarget(): Target {
  const valid: Uint8Array[] = []
  const standing = (): ReturnType<typeof sessionPair> => {
    const pair = sessionPair()
    pair.connect()
    pair.run(1)
    valid.length = 0
    for (const text of ['one', 'two']) pair.sessions[0].send(utf8(text))
    for (let n = 0; n < 2; n += 1) {
      const record = pair.sessions[0].poll(at(pair.now))
      assert.ok(record instanceof Uint8Array)
      valid.push(record)
    }
    return pair
  }
  let pair = standing()
  return {
    name: 'a session',
    share: 1,
    valid,
    feed(input) {
      const session = pair.sessions[1]
      session.receive(input.slice(), at(pair.now))
      const heard: string[] = []
      for (let got = session.take(); got !== undefined; got = session.take()) {
        heard.push(Buffer.from(got).toString())
        session.taken(at(pair.now))
      }
      assert.ok(heard.every((text) => text === 'one' || text === 'two'))
      const ended = session.events().find(({ type }) => type === 'closed')
      if (ended?.type === 'closed' && ended.code !== undefined) assert.ok(ended.code in ERRORS)
      if (ended !== undefined || heard.length > 0) pair = standing()
      return ended === undefined
    },
  }
}
