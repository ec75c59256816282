import { lvCat, sha256, utf8 } from '@hufu/protocol/crypto'
import type { KeyName } from '../token/aes-keys.ts'
import type { TokenClient } from '../token/client.ts'
import type { MasterKey } from './master-key.ts'
import type { MasterKeySource } from './source.ts'

/**
 * Master keys in a PKCS#11 token, under one label: what is wrapped goes in and out, they themselves never do. A change
 * makes another key under the same label. Old ones stay in the token: backups may need them, and another server may
 * share the label, so that removing them is the operator's.
 */
export function tokenKey(client: TokenClient, label: string): MasterKeySource {
  return {
    place: `the token ${client.label}, key ${label}`,
    keys: async () => (await client.keys(label)).map((key) => masterKey(client, key)),
    make: async () => masterKey(client, await client.make(label)),
    settle: async () => undefined,
  }
}

function masterKey(client: TokenClient, key: KeyName): MasterKey {
  return {
    id: sha256(lvCat(utf8('hufu vault: id of a master key in a token'), key.id)).slice(0, 16),
    wrap: (plaintext, aad) => client.wrap(key, plaintext, aad),
    unwrap: (wrapped, aad) => client.unwrap(key, wrapped, aad),
  }
}
