import type { ErrorCode } from '@hufu/terminal'
import type { VNode } from 'preact'
import { text } from '../../../state/language.ts'
import { stacked } from '../../parts/plot.ts'
import { Table } from '../../parts/table.tsx'
import type { Metrics } from '../../state/api.ts'
import { count } from '../../state/format.ts'
import { words } from '../../state/words.ts'

/** Codes with a colour of their own. Our choice: with that of the others, as many as are told apart. */
const COLOURED = 3

interface Row {
  readonly code: string
  readonly inSpan: number
  readonly sinceStart: number
}

/** What failed, by code, the most frequent first. */
export function Failures({ metrics }: { readonly metrics: Metrics }): VNode {
  const { failed, totals } = metrics
  const { byCode, code, meaning, inSpan, sinceStart, noFailures } = words.value.charts
  const { errors } = text.value
  const rows = rowsOf(failed, totals)
  return (
    <section class="by-code" aria-labelledby="by-code">
      <h3 id="by-code">{byCode}</h3>
      <Table<Row>
        caption={byCode}
        none={noFailures}
        rows={rows}
        keyOf={(row) => row.code}
        columns={[
          {
            title: code,
            kind: 'heading',
            cell: (row) => <code translate={false}>{row.code}</code>,
          },
          {
            title: meaning,
            cell: (row) =>
              Object.hasOwn(errors, row.code) ? errors[row.code as ErrorCode].what : '',
          },
          { title: inSpan, kind: 'number', cell: (row) => count(row.inSpan) },
          { title: sinceStart, kind: 'number', cell: (row) => count(row.sinceStart) },
        ]}
      />
    </section>
  )
}

/** The most frequent codes with their values, and all others put together; none of them: no values. */
export function topCodes(failed: Metrics['failed']): {
  readonly shown: readonly (readonly [code: string, values: readonly number[]])[]
  readonly others: readonly number[]
} {
  const all = Object.entries(failed).toSorted(
    ([a, x], [b, y]) => sum(y) - sum(x) || (a < b ? -1 : 1),
  )
  const rest = all.slice(COLOURED).map(([, values]) => values)
  return { shown: all.slice(0, COLOURED), others: stacked(rest) }
}

function rowsOf(failed: Metrics['failed'], totals: Metrics['totals']): readonly Row[] {
  const { stood: _, ...pairings } = totals.pairings
  const since = new Map<string, number>()
  for (const [code, n] of [pairings, totals.hellos, totals.ends].flatMap(Object.entries<number>))
    since.set(code, (since.get(code) ?? 0) + n)
  return [...since]
    .map(([code, sinceStart]) => ({ code, sinceStart, inSpan: sum(failed[code] ?? []) }))
    .toSorted((a, b) => b.inSpan - a.inSpan || b.sinceStart - a.sinceStart)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
