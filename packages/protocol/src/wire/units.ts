declare const tag: unique symbol
/** A value that carries its meaning in its type: `Tagged<number, 'Ms'>` is not a bare `number`. */
export type Tagged<T, Name extends string> = T & { readonly [tag]: Name }

/**
 * Milliseconds on a monotonic clock of the process, always passed in, never read from a clock here. Only differences
 * mean anything.
 */
export type Ms = Tagged<number, 'Ms'>

/** `at` plus a duration in milliseconds. */
export function after(at: Ms, duration: number): Ms {
  return (at + duration) as Ms
}
