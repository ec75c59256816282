import { openTokenSigner, type TokenSigner } from '@hufu/pkcs11'
import type { Config } from '../config.ts'
import { tokenOf } from '../vault/sources.ts'

/** The issuing key of an authority in a token, which it never leaves. */
export interface TokenRoot {
  /** The key, made at its first use. Rejects with {@link HufuError} `ERR_HSM_…`, `ERR_VAULT_FILE` (of the PIN). */
  open(): Promise<TokenSigner>
  close(): Promise<void>
}

/**
 * The place in a token that the configuration names; undefined if it names none. Nobody looks there before it is needed.
 *
 * @throws {HufuError} `ERR_CONFIG` if the token is named by half.
 */
export function tokenRootOf(config: Config): TokenRoot | undefined {
  const { authorityPkcs11Key: key } = config
  if (key === '') return undefined
  const { module, label, pin } = tokenOf(config)
  let opened: Promise<TokenSigner> | undefined
  return {
    open() {
      opened ??= pin().then((given) => openTokenSigner({ module, label, pin: given }, key))
      const one = opened
      one.catch(() => {
        if (opened === one) opened = undefined
      })
      return one
    },
    async close() {
      const signer = await opened?.catch(() => undefined)
      opened = undefined
      await signer?.close()
    },
  }
}
