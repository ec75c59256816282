/** Octets of a challenge. */
export const CHALLENGE_OCTETS = 32
/** Octets of the random number that the key or its terminal adds. */
export const NONCE_OCTETS = 32
/** Octets of a signature, in both schemes. */
export const SIGNATURE_OCTETS = 64
/** Octets of a SHA-256 hash, of an id made of one, and of an HMAC by it. */
export const HASH_OCTETS = 32
/** Octets of a chip's tag (HMAC-SHA-256). */
export const CHIP_TAG_OCTETS = 32
/** Octets of the public half of an invitation. */
export const INVITATION_ID_OCTETS = 16
/** Most octets of a passkey's credential ID (WebAuthn §4). */
export const MAX_CREDENTIAL_OCTETS = 1_023
/** Most octets of a user's keys sealed under a passkey. */
export const MAX_SEALED_OCTETS = 1_024
/** Most UTF-16 units of an operator's reason. */
export const MAX_REASON_UNITS = 500
