import { seededRandomForTests, utf8, type Random } from '../crypto/index.ts'
import { Secret } from '../crypto/secret.ts'
import {
  issueChallenge,
  NO_CHALLENGES,
  type OpenChallenge,
} from '../ceremonies/signin/challenges.ts'
import { invitationKeys, type InvitationKeys } from '../ceremonies/signin/invitation.ts'
import type { Grounds } from '../ceremonies/signin/server.ts'
import type { Act, Place } from '../ceremonies/signin/statements.ts'
import type { SecurityKey } from '../identity/security-key.ts'
import { enrolled, softwareKey } from '../identity/software-key.ts'
import { statementOctets } from '../wire/statement.ts'
import {
  NOW,
  testIssuer,
  testKey,
  trusted,
  type TestIssuer,
  type TestKey,
} from './certificates.testing.ts'
import { at } from './clock.testing.ts'

/** A server with its authority, and a terminal that is connected to it. */
export const authority: TestIssuer = testIssuer('hufu')
export const place: Place = {
  serverName: 'hufu.example:443',
  serverId: utf8('sixteen octets!!'),
  terminal: utf8('the terminal of 32 octets, exact'),
}
export const grounds: Grounds = {
  place,
  issuers: [trusted(authority, ['example.org'])],
  nowUnixMs: NOW,
}

/** Random octets, the same in every run. */
export function octetsOf(name: string): Random {
  return seededRandomForTests(utf8(name))
}

/** A key in software, as its user has it: Ed25519. */
export function softwareKeyOf(test: TestKey, user = 'alice@example.org'): SecurityKey {
  const secrets = {
    signing: new Secret(test.secrets.signing.slice()),
    agreement: new Secret(test.secrets.agreement.slice()),
  }
  return enrolled(softwareKey(secrets, 'software'), user, test.certificates)
}

/** A key as a token has it: on P-256. It agrees with nobody. */
export function tokenKeyOf(test: TestKey, user = 'alice@example.org'): SecurityKey {
  return {
    kind: 'token',
    publicKeys: test.publicKeys,
    user,
    certificates: test.certificates,
    sign: async (statement) => test.signer.sign(statementOctets(statement)),
    agree: async () => undefined,
    close: async () => undefined,
  }
}

export const alice: TestKey = testKey(authority, 'alice')
export const aliceToken: TestKey = testKey(authority, 'alice token', {
  algorithm: 'p256',
  kind: 'token',
})
export const bob: TestKey = testKey(authority, 'bob', { emails: ['bob@example.org'] })

/** A challenge, as the server keeps it once it was taken. */
export function challengeFor(
  act: Act,
  by: 'key' | 'chip' = 'key',
  user: string | null = null,
): OpenChallenge {
  const ask = { type: 'signin.ask', ref: 1, act, by, user } as const
  const options = { random: octetsOf(`challenge ${act}`) }
  return issueChallenge(NO_CHALLENGES, ask, at(0), options).issued
}

/** An invitation for Alice, as its keeper and its user have it. */
export function invitationOf(code = 'first'): InvitationKeys & { readonly user: string } {
  return { ...invitationKeys(code), user: 'alice@example.org' }
}
