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
  readonly crypto: { getRandomValues(into: Uint8Array): Uint8Array }
}

/** The global object, seen as {@link Platform}. */
export const platform: Platform = globalThis as unknown as Platform
