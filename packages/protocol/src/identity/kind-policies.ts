import type { KeyKind } from './security-key.ts'

/** Kinds of keys that our own authority certifies. */
export type OwnKind = Exclude<KeyKind, 'outside'>

/**
 * The certificate policies (RFC 5280 §4.2.1.4) that say what holds a key. Their arc is a UUID drawn for it
 * (ITU-T X.667): 7c60a9c6-714e-4a2c-ae6c-83ee8c308a0e.
 */
export const KIND_POLICIES: Readonly<Record<OwnKind, string>> = {
  software: '2.25.165326175425214559252138464888692443662.1',
  token: '2.25.165326175425214559252138464888692443662.2',
  passkey: '2.25.165326175425214559252138464888692443662.3',
}

/** The kind that a policy stands for; `undefined` for somebody else's policy. */
export function kindOfPolicy(id: string): OwnKind | undefined {
  return (Object.keys(KIND_POLICIES) as OwnKind[]).find((kind) => KIND_POLICIES[kind] === id)
}
