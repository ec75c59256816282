/** What a token is used by: the vault's keys, users' keys and terminals' chips each have acts of their own over this. */
export { CK, PARAMETERS } from './constants.ts'
export type { Attribute, Cryptoki, Handle, Mechanism } from './cryptoki.ts'
export { isLost } from './faults.ts'
export { attributeOf, findObjects, flagOf } from './objects.ts'
export { serveToken } from './serve.ts'
export type { Requirement, TokenFacts } from './session.ts'
export { startToken, type TokenPlace, type TokenThread } from './thread.ts'
export { tokenOver, type Token } from './token.ts'
