import assert from 'node:assert/strict'
import {
  bulkKey,
  concat,
  cpaceIsk,
  cpaceTags,
  equal,
  hkdf,
  Secret,
  sha256,
  sha512,
  utf8,
  x25519,
  type Random,
} from '../crypto/index.ts'
import { cpaceGenerator } from '../crypto/cpace.ts'
import { channelIdentifier } from '../ceremonies/pair/handshake.ts'
import { WORDS, type Channel } from '../ceremonies/pair/index.ts'
import { answererStep, begin, confirmed, passphrase, requesterStep } from './pairing.testing.ts'
import { atOnce, plainRecords } from './records.testing.ts'

/** All that passes by somebody who listens to a whole pairing and to the session after it. */
export interface Overheard {
  readonly channel: Channel
  readonly sid: Uint8Array
  readonly ya: Uint8Array
  readonly ada: Uint8Array
  readonly yb: Uint8Array
  readonly adb: Uint8Array
  readonly ta: Uint8Array
  readonly tb: Uint8Array
  readonly opening: Uint8Array
  readonly records: readonly Uint8Array[]
}

/** So many different passphrases, made of the list's words. */
export function dictionary(size: number): readonly string[] {
  return Array.from({ length: size }, (_, i) => {
    const words = [WORDS[i % WORDS.length], WORDS[Math.floor(i / WORDS.length)]]
    return `${words.join('-')}-lilac`
  })
}

/** Runs an honest pairing with `words`, and writes down what went over the wire. */
export function overhear(words: string, random?: Random): Overheard {
  const knows = [passphrase(words)]
  const pairing = begin({
    requesterKnows: knows,
    answererKnows: knows,
    ...(random === undefined ? {} : { random }),
  })
  const { answer, answered, confirm, confirming } = confirmed(pairing)
  const good = { session: new Uint8Array(16), confirm: null, code: null }
  const one = requesterStep(confirming, { type: 'verdict', message: good }, 0).state
  const other = answererStep(answered, { type: 'verdict', message: { ...good, confirm } }, 0).state
  assert.ok(one.at === 'agreed' && other.at === 'agreed')
  const records = [
    plainRecords(one.keys.root, 'initiator', one.keys.transcriptHash),
    plainRecords(other.keys.root, 'responder', other.keys.transcriptHash),
  ].flatMap((end) => [end.seal(utf8('')), end.seal(utf8('a text that can be guessed'))])
  const { sid, share: ya, associated: ada } = pairing.request
  return {
    channel: pairing.channel,
    sid,
    ya,
    ada,
    yb: answer.share,
    adb: answer.associated,
    ta: confirm.tag,
    tb: answer.tag,
    opening: confirm.opening,
    records: records.map((record) => (record.ok ? record.value : assert.fail(record.code))),
  }
}

/** What somebody who holds a candidate can compute for it: the generator, 32 octets. */
export function generatorFor(words: string, { channel, sid }: Overheard): Uint8Array {
  return cpaceGenerator({ prs: utf8(words), ci: channelIdentifier(channel), sid }, sha512)
}

/** Whether the tags would be those overheard, if CPace's K were `k`. */
export function tagsFit(k: Uint8Array, heard: Overheard): boolean {
  const isk = cpaceIsk(heard.sid, new Secret(k.slice()), heard)
  const { ta, tb } = cpaceTags(heard.sid, isk, heard)
  return equal(ta, heard.ta) || equal(tb, heard.tb)
}

/** Whether a record overheard opens if the session's root were made of `ikm` alone. */
function recordOpens(ikm: Uint8Array, heard: Overheard): boolean {
  const transcript = sha256(heard.ya, heard.ada, heard.yb, heard.adb)
  const root = hkdf('sha512', ikm, transcript, utf8('hufu/1 pair key 2'), 64)
  const block = hkdf('sha512', root, transcript, utf8('hufu/1 session epoch 0'), 216)
  const key = bulkKey(block.subarray(0, 32))
  const record = heard.records[0]!
  const opened = key.open(block.subarray(32, 44), record.subarray(10), record.subarray(0, 10))
  return atOnce(opened) !== undefined
}

/** A test for a candidate: does it pass? `g` is the candidate's generator. */
export type Guess = (words: string, g: Uint8Array, heard: Overheard) => boolean

/**
 * All the tests of the candidate that we can think of, by somebody who has no ephemeral secret: every secret octet string
 * that a candidate gives, put in the place of K and of the scalars.
 */
export const GUESSES: Readonly<Record<string, Guess>> = {
  'the generator is a share': (_, g, { ya, yb }) => equal(g, ya) || equal(g, yb),
  'K is the generator': (_, g, heard) => tagsFit(g, heard),
  'K is a share times the words': (words, _, heard) =>
    tagsFit(product(sha256(utf8(words)), heard.ya), heard),
  'K is a share times the generator': (_, g, heard) => tagsFit(product(g, heard.yb), heard),
  'K is the generator times a share': (_, g, heard) => tagsFit(product(heard.ya, g), heard),
  'the words make a share of the generator': (words, g, heard) =>
    equal(product(sha256(utf8(words)), g), heard.ya),
  'the root is the generator': (_, g, heard) => recordOpens(g, heard),
  'the root is the words': (words, _, heard) => recordOpens(concat(utf8(words), heard.sid), heard),
}

/** X25519, or zeros for a point of small order. */
export function product(scalar: Uint8Array, point: Uint8Array): Uint8Array {
  return x25519.fromSecret(scalar).agree(point) ?? new Uint8Array(32)
}
