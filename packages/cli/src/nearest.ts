/** Slips that a typo may have: a letter wrong, missing, too many, or two neighbours swapped. */
const MOST_SLIPS = 2

/** The one of `known` that `typed` was most likely meant to be, if any is near. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Math.min(MOST_SLIPS, Math.floor(typed.length / 2)) + 1
  for (const candidate of known) {
    const count = slips(typed.toLowerCase(), candidate)
    if (count >= fewest) continue
    best = candidate
    fewest = count
  }
  return best ?? known.find((candidate) => typed.length > 2 && candidate.startsWith(typed))
}

/** Optimal string alignment distance. */
function slips(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1]!
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) least = Math.min(least, rows[i - 2]![j - 2]! + 1)
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
