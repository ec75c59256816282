import { HufuError } from '../wire/errors.ts'

const SHOWN = '[secret]'

/**
 * Octets that do not print and do not serialise: a template string, `JSON.stringify`, `console.log` and
 * `util.inspect` show `[secret]`, a structured clone has nothing in it. `using` wipes at the end of a block.
 */
export class Secret {
  #octets: Uint8Array | undefined

  static {
    // What Node's `util.inspect`, and with it `console.log`, asks an object for.
    const inspect = Symbol.for('nodejs.util.inspect.custom')
    Object.defineProperty(this.prototype, inspect, { value: () => SHOWN })
  }

  /**
   * Takes ownership of `octets`: the caller must neither keep nor change them.
   *
   * @param octets any number of octets.
   */
  constructor(octets: Uint8Array) {
    this.#octets = octets
  }

  /**
   * How many octets there are.
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after {@link wipe}.
   */
  get octets(): number {
    return unwiped(this.#octets).length
  }

  /**
   * The octets themselves, not a copy: they become zero at {@link wipe}.
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after {@link wipe}.
   */
  expose(): Uint8Array {
    return unwiped(this.#octets)
  }

  /** Overwrites the octets with zeros and lets go of them. Wiping twice does no harm. */
  wipe(): void {
    this.#octets?.fill(0)
    this.#octets = undefined
  }

  [Symbol.dispose](): void {
    this.wipe()
  }

  toString(): string {
    return SHOWN
  }

  toJSON(): string {
    return SHOWN
  }

  [Symbol.toPrimitive](): string {
    return SHOWN
  }
}

/**
 * The octets of either form of input.
 *
 * @throws {HufuError} `ERR_SECRET_WIPED` for a wiped {@link Secret}.
 */
export function expose(input: Uint8Array | Secret): Uint8Array {
  return input instanceof Secret ? input.expose() : input
}

/**
 * `value`, unless it was let go of by a `wipe()`, which leaves `undefined`.
 *
 * @throws {HufuError} `ERR_SECRET_WIPED` for `undefined`.
 */
export function unwiped<T>(value: T | undefined): T {
  if (value === undefined) throw new HufuError('ERR_SECRET_WIPED', 'used after wipe()')
  return value
}
