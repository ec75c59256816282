/**
 * Keys, enrolling and signing in: what only some connections need. Reached by `signin()` of the package, which loads it when
 * it is first asked for.
 */
export { openLine } from '../connection/line.ts'
export { introductionsOf } from '../identity/introductions.ts'
export { softwareChip } from './chip.ts'
export { ALL_MESSAGES } from './messages.ts'
export { newSealedKey } from './passkey.ts'
export { startSignin } from './signin.ts'
export { enrolled, keyIdOf, parseUserId, readIssuer } from '@hufu/protocol/identity'
export { parseInvitation, passkeySalt } from '@hufu/protocol/signin'
