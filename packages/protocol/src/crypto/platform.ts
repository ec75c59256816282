/**
 * What this folder takes from whatever runs it, be it a browser, a worker or Node. Declared here and not
 * taken from the `dom` library, so that nothing else of a browser can creep in.
 */
interface Platform {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array }
  readonly TextDecoder: new (
    label: 'utf-8',
    options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string }
  readonly crypto: {
    getRandomValues(into: Uint8Array): Uint8Array
    /** Only where the page came from a safe origin; hufu says so before it gets here. */
    readonly subtle: PlatformCiphers
  }
}

/** A key inside WebCrypto. */
export interface PlatformKey {
  readonly type: string
}

/** How WebCrypto is to seal or open one message. */
interface PlatformMessage {
  readonly name: string
  readonly iv: Uint8Array
  readonly additionalData: Uint8Array
}

/** What is taken of WebCrypto. */
interface PlatformCiphers {
  importKey(
    format: 'raw',
    key: Uint8Array,
    name: string,
    extractable: false,
    uses: readonly ('encrypt' | 'decrypt')[],
  ): Promise<PlatformKey>
  encrypt(how: PlatformMessage, key: PlatformKey, plaintext: Uint8Array): Promise<ArrayBuffer>
  decrypt(how: PlatformMessage, key: PlatformKey, sealed: Uint8Array): Promise<ArrayBuffer>
}

/** The global object, seen as {@link Platform}. */
export const platform: Platform = globalThis as unknown as Platform
