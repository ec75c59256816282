/** The two-sample Kolmogorov–Smirnov distance: the most that the two distribution functions differ by, 0 to 1. */
export function ksDistance(a: readonly number[], b: readonly number[]): number {
  const left = a.toSorted((x, y) => x - y)
  const right = b.toSorted((x, y) => x - y)
  let i = 0
  let j = 0
  let most = 0
  while (i < left.length && j < right.length) {
    const at = Math.min(left[i]!, right[j]!)
    while (i < left.length && left[i]! <= at) i += 1
    while (j < right.length && right[j]! <= at) j += 1
    most = Math.max(most, Math.abs(i / left.length - j / right.length))
  }
  return most
}

/**
 * The distance that samples of `n` and `m` values of one distribution exceed with a chance of `alpha`: Smirnov's
 * asymptotic formula, good from some 50 values on.
 */
export function ksCritical(alpha: number, n: number, m: number): number {
  return Math.sqrt(-Math.log(alpha / 2) / 2) * Math.sqrt((n + m) / (n * m))
}

/** The least shift of all of `values`, in steps of 0.1 of their unit, that brings them beyond `critical` from themselves. */
export function distinguishable(values: readonly number[], critical: number): number {
  for (let tenths = 1; ; tenths += 1) {
    const shifted = values.map((value) => value + tenths / 10)
    if (ksDistance(values, shifted) > critical) return tenths / 10
  }
}
