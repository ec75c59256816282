import type { Counts } from '../../metrics.ts'
import { SERIES, SPANS, type History, type SeriesName } from '../history.ts'
import { route, type Route } from '../route.ts'
import { amount, list, object, table, time, whole, word } from '../schema.ts'

export interface MetricsPorts {
  readonly history: History
  counts(): Counts
}

const names = Object.keys(SERIES) as SeriesName[]
const points = list(amount, SPANS.day.points)
const described: Partial<Record<SeriesName, typeof points>> = {}
for (const name of names)
  described[name] = { ...points, json: { ...points.json, description: SERIES[name] } }
const series = object(described as Readonly<Record<SeriesName, typeof points>>)
const byCode = table(whole(0))

/** Counts and charts. */
export function metricsRoutes({ history, counts }: MetricsPorts): readonly Route[] {
  return [
    route({
      id: 'metrics',
      method: 'GET',
      path: '/metrics',
      about:
        'What the server counts: totals since it started, by code, and the recent past. `minutes` is five minutes by the second, `day` 24 hours by the minute. `failed` is the series `failures` by code.',
      access: 'metrics.read',
      query: object({}, { span: word('minutes', 'day') }),
      answer: object({
        totals: object({
          pairings: byCode,
          hellos: byCode,
          ends: byCode,
          throttled: whole(0),
          frames: whole(0),
          octets: whole(0),
        }),
        stepMs: whole(1),
        end: time,
        series,
        failed: table(points),
      }),
      async handle({ query }) {
        const { stepMs, end, points } = history.chart(query.span ?? 'minutes')
        const columns = names.map((name) => [name, points.map((point) => point[name])])
        const series = Object.fromEntries(columns) as Record<SeriesName, readonly number[]>
        const codes = new Set(points.flatMap((point) => Object.keys(point.failed)))
        const failed = Object.fromEntries(
          [...codes].map((code) => [code, points.map((point) => point.failed[code] ?? 0)]),
        )
        return { totals: counts(), stepMs, end, series, failed }
      },
    }),
  ]
}
