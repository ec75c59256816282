import { HASH_OCTETS } from '@hufu/protocol/signin'
import { MAX_CONTROL_OCTETS } from '@hufu/protocol/wire'
import { issuerId, keyId, namespace, terminalId, userId } from '../../admin/forms.ts'
import { flag, list, nullable, object, text, time, word, type Schema } from '../../admin/schema.ts'

/*
 * What a server and an authority that is apart from it say to each other, below `/api/v1/relay`: as JSON, with octets in
 * base64. Both ends read by these forms.
 *
 * What terminals send is passed on as it came (`message`), so that whatever it was authenticated by can be checked where the
 * secrets are. `place` is the server's word: it is in what the terminal has signed, and if it is not true nothing fits.
 */

/** A terminal's message, or the answer to it, as it travels on a connection. */
const octets = base64Text(MAX_CONTROL_OCTETS)
/** Where the terminal is: host and port as it reached the server, the server's id, its own. */
const place = object({
  serverName: text(1, 512),
  serverId: text(32, 32, /^[0-9a-f]+$/),
  terminal: terminalId,
})
/** The challenge that a key was given by the server. */
const asked = object({ challenge: issuerId, user: nullable(userId) })
/** Why not: a code of the ceremony. */
const refusal = text(1, 64, /^ERR_[A-Z_]+$/)

/** With an invitation. */
export const passedOn = object({ place, message: octets })
/** With what a key has proved. */
export const passedOnProof = object({ place, message: octets, asked })

/** An enrolment's answer, or a renewal's: `signin.issued` for the terminal, and by what it was granted. */
export const issuedOr = object(
  {},
  { refused: refusal, issued: octets, by: word('invitation', 'recovery', 'key') },
)
/** A chip's: its key is the server's to keep, which cannot check its tags without. */
export const chipOr = object({}, { refused: refusal, user: userId, key: base64Text(HASH_OCTETS) })

/** Keys that one exchange names, each way. */
export const MOST_REVOKED = 500

/** Keys that were revoked at the server, and from when on it wants to know of those that were at the authority. */
export const news = object({ since: time, revoked: list(keyId, MOST_REVOKED) })
export const heard = object({
  issuers: list(
    object({ certificate: base64Text(4_096), namespaces: list(namespace, 64), ours: flag }),
    16,
  ),
  revoked: list(object({ key: keyId, at: time, reason: text(0, 500) }), MOST_REVOKED),
})

/** Octets as they stand in JSON. */
export function toText(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64')
}

/** The octets of {@link toText}. */
export function fromText(encoded: string): Uint8Array {
  return Uint8Array.from(Buffer.from(encoded, 'base64'))
}

function base64Text(most: number): Schema<string> {
  return text(
    4,
    4 * Math.ceil(most / 3),
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  )
}
