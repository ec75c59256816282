import { lines } from '../lines.ts'

/** Where what is said comes from. */
export interface Input {
  /** Whether a person types. */
  readonly typed: boolean
  /** The next line; `undefined` at the end. Throws `ERR_USAGE` for what cannot be sent. */
  line(): Promise<string | undefined>
  /** Asks for no more. */
  stop(): void
}

/** Lines of stdin where it is no terminal: read when asked for, so that a fast source waits. */
export function pipedInput(stdin: AsyncIterable<Uint8Array> & { destroy(): void }): Input {
  const source = lines(stdin)
  let stopped = false
  return {
    typed: false,
    async line() {
      try {
        const next = await source.next()
        return next.done === true || stopped ? undefined : next.value
      } catch (error) {
        if (stopped) return undefined // whoever stops in the middle of a read ends it
        throw error
      }
    },
    stop() {
      stopped = true
      stdin.destroy()
    },
  }
}
