import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { clock } from '../state/format.ts'
import { words } from '../state/words.ts'
import type { ChartKind, Series, Time } from './chart.tsx'
import { grouped } from './plot.ts'

/** Rows of a chart's table: half a minute each in five minutes, an hour each in a day. */
const ROWS = { minutes: 10, day: 24 } as const

/** A chart as a table, made when somebody opens it. */
export function Figures(props: {
  readonly heading: string
  readonly kind: ChartKind
  readonly series: readonly Series[]
  readonly time: Time
  readonly format: (value: number) => string
}): VNode {
  const { heading, kind, series, time, format } = props
  const open = useSignal(false)
  const { asTable, time: timeName } = words.value.charts
  const seconds = time.stepMs < 60_000
  const size = time.room / (seconds ? ROWS.minutes : ROWS.day)
  const columns = series.map(({ values }) => grouped(values, size, JOIN[kind]))
  const count = Math.max(0, ...columns.map((column) => column.length))
  return (
    <details class="figures" onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{asTable}</summary>
      {open.value && (
        <table>
          <caption class="unseen">{heading}</caption>
          <thead>
            <tr>
              <th scope="col">{timeName}</th>
              {series.map(({ name }) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: count }, (_, row) => (
              <tr key={row}>
                <th scope="row">
                  {clock(time.end - (count - 1 - row) * size * time.stepMs, seconds)}
                </th>
                {columns.map((column, at) => (
                  <td key={at}>{format(column[column.length - count + row] ?? 0)}</td>
                ))}
              </tr>
            )).toReversed()}
          </tbody>
        </table>
      )}
    </details>
  )
}

/** What a row shows of its points. */
const JOIN: Readonly<Record<ChartKind, (values: readonly number[]) => number>> = {
  line: (values) => Math.max(...values),
  bars: (values) => values.reduce((sum, value) => sum + value, 0),
  dots: (values) => Math.max(...values),
}
