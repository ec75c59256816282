import { startToken, type TokenThread } from '@hufu/pkcs11/token'
import type { AesKeys, KeyName } from './aes-keys.ts'

/** Which token, and its PIN, which is asked for when the token is first needed. */
export interface TokenSettings {
  readonly module: string
  readonly label: string
  readonly pin: () => Promise<string>
}

/** The token, from the main thread. All reject with {@link HufuError} `ERR_HSM_…`, or with what `pin` rejects with. */
export interface TokenClient {
  /** Label of the token. */
  readonly label: string
  keys(label: string): Promise<readonly KeyName[]>
  make(label: string): Promise<KeyName>
  wrap(key: KeyName, plaintext: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
  unwrap(key: KeyName, wrapped: Uint8Array, aad: Uint8Array): Promise<Uint8Array | undefined>
  /** Logs out and ends the thread. */
  close(): Promise<void>
}

/** A token, in a thread that is started when it is first needed. */
export function tokenClient({ module, label, pin }: TokenSettings): TokenClient {
  let started: Promise<TokenThread<AesKeys>> | undefined
  const thread = async (): Promise<TokenThread<AesKeys>> =>
    (started ??= pin().then(async (given) =>
      startToken<AesKeys>(new URL('worker.ts', import.meta.url), { module, label, pin: given }),
    ))
  return {
    label,
    keys: async (key) => (await thread()).ask('keys', key),
    make: async (key) => (await thread()).ask('make', key),
    wrap: async (key, octets, aad) => (await thread()).ask('wrap', key, octets, aad),
    unwrap: async (key, octets, aad) => (await thread()).ask('unwrap', key, octets, aad),
    async close() {
      const ended = await started?.catch(() => undefined)
      started = undefined
      await ended?.end()
    },
  }
}
