/** Height of a chart's own field; its width is one unit for each point that it has room for. */
export const HEIGHT = 100

/** What the ends of scales are, with noughts: even, as their middle is shown too. */
const STEPS = [1, 2, 4, 6, 8, 10] as const

/** The end of a scale that goes from 0 and has room for `largest`. Never below 2. */
export function scaleTop(largest: number): number {
  if (largest <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(largest))
  return (STEPS.find((step) => step * power >= largest) ?? 10) * power
}

/** A line through `values`, the last at the right end of a field that is `room` points wide. */
export function linePath(values: readonly number[], room: number, top: number): string {
  const from = room - values.length
  return values
    .map((value, at) => `${at === 0 ? 'M' : 'L'}${from + at + 0.5} ${height(value, top)}`)
    .join('')
}

/** The same, closed along the bottom. */
export function areaPath(values: readonly number[], room: number, top: number): string {
  if (values.length === 0) return ''
  const [from, to] = [room - values.length + 0.5, room - 0.5]
  return `${linePath(values, room, top)}L${to} ${HEIGHT}L${from} ${HEIGHT}Z`
}

/** A bar for each value that is not 0, standing on what is in `below`. */
export function barsPath(
  values: readonly number[],
  room: number,
  top: number,
  below: readonly number[] = [],
): string {
  const from = room - values.length
  return values
    .map((value, at) => {
      if (value === 0) return ''
      const foot = below[at] ?? 0
      return `M${from + at} ${height(foot, top)}V${height(foot + value, top)}h1V${height(foot, top)}z`
    })
    .join('')
}

/** A dot for each value that is not 0: as a line of no length, which round ends make one. */
export function dotsPath(values: readonly number[], room: number, top: number): string {
  const from = room - values.length
  return values
    .map((value, at) => (value === 0 ? '' : `M${from + at + 0.5} ${height(value, top)}h0`))
    .join('')
}

/** What each place has of all `columns` together. */
export function stacked(columns: readonly (readonly number[])[]): readonly number[] {
  const length = Math.max(0, ...columns.map((column) => column.length))
  return Array.from({ length }, (_, at) =>
    columns.reduce((sum, column) => sum + (column[at] ?? 0), 0),
  )
}

/** The values in so many groups of like size, each group made one by `join`; the last is the newest. */
export function grouped(
  values: readonly number[],
  groupSize: number,
  join: (group: readonly number[]) => number,
): readonly number[] {
  const groups: number[] = []
  for (let end = values.length; end > 0; end -= groupSize)
    groups.unshift(join(values.slice(Math.max(0, end - groupSize), end)))
  return groups
}

function height(value: number, top: number): number {
  return Math.round((HEIGHT - (value / top) * HEIGHT) * 100) / 100
}
