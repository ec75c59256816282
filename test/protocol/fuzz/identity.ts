import assert from 'node:assert/strict'
import { concat, text, utf8 } from '@hufu/protocol/crypto'
import {
  certificateCache,
  isUserId,
  parseUserId,
  readCertificate,
  readIssuer,
  verifyKey,
} from '@hufu/protocol/identity'
import {
  invitationKeys,
  judge,
  openChipKey,
  openRecovery,
  parseInvitation,
  prove,
  sealChipKey,
  sealRecovery,
  type Prove,
} from '@hufu/protocol/signin'
import { ERRORS, type MessageOf } from '@hufu/protocol/wire'
import {
  issuerCertificate,
  NOW,
  testIssuer,
  testKey,
  trusted,
} from '../../../packages/protocol/src/testing/certificates.testing.ts'
import {
  alice,
  challengeFor,
  grounds,
  softwareKeyOf,
} from '../../../packages/protocol/src/testing/signin.testing.ts'
import { terminalMessages } from '../../../packages/server/src/messages.ts'
import { fixed } from './fixed.ts'
import type { Target } from './run.ts'

/** What is read of whoever wants to enrol, sign in, or be known at the other end. */

const CERTIFICATE_CODES = ['ERR_CERT_MALFORMED', 'ERR_CERT_ALGORITHM', 'ERR_CERT_USAGE']
const issuer = testIssuer('fuzzed', 'ed25519')
const issuers = [trusted(issuer, ['example.org'])]
const keys = [testKey(issuer, 'one'), testKey(issuer, 'two', { algorithm: 'p256' })]
const certificates = keys.flatMap((key) => Object.values(key.certificates))

const asked = challengeFor('sign-in')
const proof = await prove(
  softwareKeyOf(alice),
  asked,
  { act: 'sign-in', place: grounds.place },
  fixed,
)
const invitation = invitationKeys('fuzzed')
const cache = certificateCache(10)

export const identity: readonly Target[] = [
  {
    name: 'certificates',
    share: 30,
    valid: [...certificates, issuerCertificate(issuer)],
    feed(input) {
      const read = [readCertificate(input), readIssuer(input)]
      for (const each of read)
        if (each.ok) assert.equal(Buffer.compare(each.value.der, input), 0)
        else assert.ok(CERTIFICATE_CODES.includes(each.code), each.code)
      return read[0]!.ok
    },
  },
  {
    name: 'keys',
    share: 4,
    valid: keys.map(({ certificates: { signing, agreement } }) => concat(signing, agreement)),
    feed(input) {
      // cut where the first would end
      const end = input.length < 4 ? 0 : 4 + ((input[2]! << 8) | input[3]!)
      const pair = { signing: input.subarray(0, end), agreement: input.subarray(end) }
      const key = verifyKey(pair, issuers, NOW, cache)
      if (!key.ok) assert.match(key.code, /^ERR_CERT_/)
      else assert.ok(certificates.some((each) => Buffer.compare(each, pair.signing) === 0))
      return key.ok
    },
  },
  {
    name: 'proofs',
    share: 4,
    valid: [terminalMessages.encode(proof)],
    feed(input) {
      const message = terminalMessages.decode(input)
      if (!message.ok || message.value.type !== 'signin.prove') return false
      const outcome = judge(asked, message.value, { ...grounds, cache })
      assert.equal(outcome.ok, sameProof(message.value), 'another proof')
      if (!outcome.ok) assert.ok(outcome.code in ERRORS)
      return outcome.ok
    },
  },
  {
    name: 'what is sealed under an invitation',
    share: 4,
    valid: [
      sealRecovery(invitation, invitationKeys('recovery'), fixed),
      sealChipKey(invitation, invitation.mac, fixed),
    ],
    feed: (input) =>
      openRecovery(invitation, input) !== undefined || openChipKey(invitation, input) !== undefined,
  },
  {
    name: 'user IDs',
    share: 4,
    valid: ['alice@example.org', 'Alice', 'a.b_c-d@x.y.example', ' bob '].map(utf8),
    feed(input) {
      const read = parseUserId(text(input) ?? '', 'example.org')
      if (read.ok) assert.ok(isUserId(read.value) && /^[!-~]+$/.test(read.value), read.value)
      return read.ok
    },
  },
  {
    name: 'invitations',
    share: 4,
    valid: ['7Q2M-K0ZD-0000-1111-ABCD-EFGH-JKMN', '7q2mk0zdoooolIiIabcdefghjkmn'].map(utf8),
    feed(input) {
      const code = parseInvitation(text(input) ?? '')
      if (code !== undefined) assert.equal(parseInvitation(code), code)
      return code !== undefined
    },
  },
]

/** The proof that was made; its number is the terminal's own. */
function sameProof(message: MessageOf<typeof Prove>): boolean {
  const [a, b] = [message, proof].map((each) => terminalMessages.encode({ ...each, ref: 1 }))
  return Buffer.compare(a!, b!) === 0
}
