import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { sizeText } from '../../../state/sizes.ts'
import { Chart, type Series, type Time } from '../../parts/chart.tsx'
import type { Metrics } from '../../state/api.ts'
import { count, latency } from '../../state/format.ts'
import { words } from '../../state/words.ts'
import { Failures, topCodes } from './failures.tsx'

/** Points in five minutes by the second, and in a day by the minute. */
const ROOM = { seconds: 300, minutes: 1_440 } as const

/** Everything that changes, over time. */
export function Charts({ metrics }: { readonly metrics: Metrics }): VNode {
  const pointed = useSignal<number | undefined>(undefined)
  const { stepMs, end, series, failed } = metrics
  const t = words.value.charts
  const time: Time = { stepMs, end, room: stepMs < 60_000 ? ROOM.seconds : ROOM.minutes }
  const rates = series.octets.map((octets) => (octets * 1_000) / stepMs)
  const shared = { time, pointed }
  return (
    <>
      <div class="charts">
        <Chart
          {...shared}
          heading={t.connections}
          kind="line"
          format={count}
          series={[{ name: t.inUse, values: series.connections }]}
        />
        <Chart
          {...shared}
          heading={t.sessions}
          kind="line"
          format={count}
          series={[{ name: t.inUse, values: series.sessions }]}
        />
        <Chart
          {...shared}
          heading={t.pairings}
          kind="bars"
          format={count}
          series={[{ name: t.stood, values: series.pairings }]}
        />
        <Chart
          {...shared}
          heading={t.failures}
          kind="bars"
          format={count}
          series={failures(failed)}
          tint={1}
          nothing={words.value.none}
        />
        <Chart
          {...shared}
          heading={t.answer}
          kind="dots"
          format={latency}
          series={percentiles(series.answerP50Ms, series.answerP99Ms)}
        />
        <Chart
          {...shared}
          heading={t.verdict}
          kind="dots"
          format={latency}
          series={percentiles(series.verdictP50Ms, series.verdictP99Ms)}
        />
        <Chart
          {...shared}
          heading={t.process}
          kind="line"
          format={latency}
          series={[
            { name: t.write, values: series.writeMs },
            { name: t.loop, values: series.loopMs },
          ]}
        />
        <Chart
          {...shared}
          heading={t.traffic}
          kind="line"
          format={(octets) => t.perSecond(sizeText(octets))}
          series={[{ name: t.octets, values: rates }]}
        />
      </div>
      <Failures metrics={metrics} />
    </>
  )
}

function percentiles(half: readonly number[], most: readonly number[]): readonly Series[] {
  const t = words.value.charts
  return [
    { name: t.half, values: half },
    { name: t.most, values: most },
  ]
}

/** The most frequent codes, and the others together. */
function failures(failed: Metrics['failed']): readonly Series[] {
  const { shown, others } = topCodes(failed)
  const series = shown.map(([name, values]) => ({ name, values }))
  return others.length === 0
    ? series
    : [...series, { name: words.value.charts.others, values: others }]
}
