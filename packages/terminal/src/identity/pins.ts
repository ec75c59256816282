import type { KeyKind } from '@hufu/protocol/identity'

/** A key that a user was met with. */
export interface Pin {
  /** 32 octets; stays when the certificates are renewed. */
  readonly keyId: Uint8Array
  readonly kind: KeyKind
  /** When it was met first, and last, Unix milliseconds. */
  readonly metUnixMs: number
  readonly usedUnixMs: number
}

/** Whom this terminal has met, verified, and with which keys. Each platform brings its own. */
export interface Pins {
  /** The keys of this user, none if the user was never met. */
  of(user: string): Promise<readonly Pin[]>
  /** Keeps a key beside those that are kept already, or notes that it was met again. */
  keep(
    user: string,
    key: { readonly keyId: Uint8Array; readonly kind: KeyKind },
    nowUnixMs: number,
  ): Promise<void>
}
