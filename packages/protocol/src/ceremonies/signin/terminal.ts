import { hmacSha256, utf8, type Random } from '../../crypto/index.ts'
import { Secret } from '../../crypto/secret.ts'
import type { SecurityKey } from '../../identity/security-key.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { statementOctets } from '../../wire/statement.ts'
import type { Challenge, Prove, ProveChip } from './messages.ts'
import { NONCE_OCTETS } from './sizes.ts'
import { chipStatement, keyStatement, type Act, type Place } from './statements.ts'

/*
 * The terminal's part: it puts together what its key is to sign, from its own connection and what its user wants, never from
 * what the server says these are. Of the server's it takes the challenge only.
 */

/** The server's challenge, as it came. */
export type ChallengeMessage = MessageOf<typeof Challenge>

/**
 * Answers a challenge with the user's key.
 *
 * Rejects as the key's `sign` does.
 *
 * @param what.subject of a release the terminal's communication ID, of a revocation the key's id; otherwise left out.
 */
export async function prove(
  key: SecurityKey,
  { ref, challenge }: Pick<ChallengeMessage, 'ref' | 'challenge'>,
  what: {
    readonly act: Exclude<Act, 'add-key'>
    readonly place: Place
    readonly subject?: Uint8Array
  },
  random: Random,
): Promise<MessageOf<typeof Prove>> {
  const nonce = random(NONCE_OCTETS)
  const { user, certificates } = key
  const by = { user, certificates, subject: what.subject ?? new Uint8Array(0) }
  const statement = keyStatement(what.act, what.place, { challenge, nonce }, by)
  return { type: 'signin.prove', ref, ...by, nonce, signature: await key.sign(statement) }
}

/** A chip's key for signing in, 32 octets: of its root key, and for this terminal only (A5). */
export function chipKeyOf(root: Secret, terminal: Uint8Array): Secret {
  return new Secret(hmacSha256(root, utf8('hufu/1 signin'), terminal))
}

/** Answers a challenge with the terminal's chip. */
export function proveByChip(
  key: Secret,
  { ref, challenge }: Pick<ChallengeMessage, 'ref' | 'challenge'>,
  what: {
    readonly act: 'sign-in' | 'release'
    readonly place: Place
    /** Whom the terminal was enrolled for, as the challenge says: were it another, the tag would not be good. */
    readonly user: string
  },
  random: Random,
): MessageOf<typeof ProveChip> {
  const nonce = random(NONCE_OCTETS)
  const statement = chipStatement(what.act, what.place, { challenge, nonce }, what.user)
  return { type: 'signin.chip', ref, nonce, tag: hmacSha256(key, statementOctets(statement)) }
}
