/** What a benchmark found, as it is kept in `bench/results/NAME.json`. */
export interface Result {
  readonly name: string
  /** What was measured, what is included, and against whom. */
  readonly about: string
  /** ISO day. */
  readonly measured: string
  /** Cores, CPU, system, versions. */
  readonly machine: readonly string[]
  readonly figures: readonly Figure[]
  readonly notes: readonly string[]
}

/** One line of a result: ours beside the peer's, of the same runs. */
export interface Figure {
  readonly what: string
  readonly unit: string
  /** Medians over the runs. */
  readonly hufu: number
  readonly peer?: number
  readonly peerName?: string
  /** hufu / peer. */
  readonly ratio?: number
  readonly target?: Target
  /** Every run, in order. */
  readonly runs: { readonly hufu: readonly number[]; readonly peer?: readonly number[] }
}

export interface Target {
  /** What is to be reached, in words. */
  readonly text: string
  readonly met: boolean
}

/** Both sides of a comparison; run by run, in the same order. */
export interface Compared {
  readonly what: string
  readonly unit: string
  readonly hufu: readonly number[]
  readonly peer: readonly number[]
  readonly peerName: string
  /** Most that hufu / peer may be. */
  readonly atMost?: number
  /** Least that hufu / peer may be. */
  readonly atLeast?: number
}

/** A figure of medians, with its ratio and, where one is set, its target. */
export function compared(input: Compared): Figure {
  const { what, unit, peerName, atMost, atLeast } = input
  const hufu = median(input.hufu)
  const peer = median(input.peer)
  const ratio = hufu / peer
  const target =
    atMost !== undefined
      ? { text: `ratio at most ${shown(atMost)}`, met: ratio <= atMost }
      : atLeast !== undefined
        ? { text: `ratio at least ${shown(atLeast)}`, met: ratio >= atLeast }
        : undefined
  return {
    what,
    unit,
    hufu,
    peer,
    peerName,
    ratio,
    ...(target === undefined ? {} : { target }),
    runs: { hufu: input.hufu, peer: input.peer },
  }
}

/** A figure that stands alone. */
export function alone(
  what: string,
  unit: string,
  runs: readonly number[],
  target?: Target,
): Figure {
  const figure = { what, unit, hufu: median(runs), runs: { hufu: runs } }
  return target === undefined ? figure : { ...figure, target }
}

/** The middle value, or the mean of the two in the middle. `values` must not be empty. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle]!
  return (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Three digits that count. */
export function shown(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}
