/** Octets after gzip. */
export const LIMITS: { readonly first: number; readonly pair: number }

/** Texts that must not stand in any script, and what they would mean. */
export const FORBIDDEN: readonly (readonly [text: string, meaning: string])[]

/** What stands in a built web app; octets after gzip. `faults` is empty if all is well. */
export function inspect(folder: string): {
  readonly sizes: readonly {
    readonly name: string
    readonly octets: number
    readonly first: boolean
  }[]
  readonly first: number
  readonly pair: number
  readonly faults: readonly string[]
}
