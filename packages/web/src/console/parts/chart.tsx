import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useId } from 'preact/hooks'
import { clock } from '../state/format.ts'
import { words } from '../state/words.ts'
import { Figures } from './figures.tsx'
import { Legend } from './legend.tsx'
import { tintClass } from './tint.ts'
import { areaPath, barsPath, dotsPath, HEIGHT, linePath, scaleTop, stacked } from './plot.ts'

/** One line, or one colour of bars. */
export interface Series {
  readonly name: string
  /** The oldest first; where a chart is of dots, 0 is none. */
  readonly values: readonly number[]
}

/** The time that a chart shows. */
export interface Time {
  /** Milliseconds from one point to the next, and since 1970 at the last. */
  readonly stepMs: number
  readonly end: number
  /** Points that it has room for. */
  readonly room: number
}

/** `line`: what is at a moment. `bars`: what was since the one before, on each other. `dots`: now and then there is some. */
export type ChartKind = 'line' | 'bars' | 'dots'

export interface ChartProps {
  readonly heading: string
  readonly kind: ChartKind
  /** At most four: that many colours are told apart. */
  readonly series: readonly Series[]
  /** Which of the four colours is the first's; the others follow. */
  readonly tint?: number
  readonly time: Time
  readonly format: (value: number) => string
  /** The place that is pointed at, in any of the charts; undefined: none. */
  readonly pointed: Signal<number | undefined>
  /** Said in place of a chart that has nothing. */
  readonly nothing?: string
}

/** Values over time, as a picture and, for who wants it so, as a table. */
export function Chart(props: ChartProps): VNode {
  const { heading, kind, series, time, format, pointed, tint = 0 } = props
  const id = useId()
  const top = scaleTop(Math.max(...totals(kind, series)))
  const at = pointed.value
  return (
    <section class="chart card" aria-labelledby={id}>
      <h3 id={id}>{heading}</h3>
      <Legend {...{ kind, series, time, format, pointed, tint }} nothing={props.nothing} />
      <div class="plot">
        <p class="scale" aria-hidden="true">
          <span>{format(top)}</span>
          <span>{format(top / 2)}</span>
          <span>{format(0)}</span>
        </p>
        <svg
          viewBox={`0 0 ${time.room} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${heading}. ${series.map((each) => summaryOf(each, format)).join('. ')}`}
          onPointerMove={(event) => {
            const { left, width } = event.currentTarget.getBoundingClientRect()
            const place = Math.floor(((event.clientX - left) / width) * time.room)
            pointed.value = Math.min(time.room - 1, Math.max(0, place))
          }}
          onPointerLeave={() => (pointed.value = undefined)}
        >
          <path class="grid" d={`M0 0.5H${time.room}M0 ${HEIGHT / 2}H${time.room}`} />
          {series
            .map((each, index) => (
              <Drawn
                key={index}
                {...{ kind, index, top, tint }}
                room={time.room}
                values={each.values}
                below={stacked(series.slice(0, index).map(({ values }) => values))}
              />
            ))
            // the first lies on the others, which are larger where they are dots
            .toReversed()}
          <path class="grid floor" d={`M0 ${HEIGHT}H${time.room}`} />
          {at !== undefined && <path class="pointed" d={`M${at + 0.5} 0V${HEIGHT}`} />}
        </svg>
        <Times time={time} />
      </div>
      <Figures kind={kind} series={series} time={time} format={format} heading={heading} />
    </section>
  )
}

/** What the scale must have room for. */
function totals(kind: ChartKind, series: readonly Series[]): readonly number[] {
  const columns = series.map(({ values }) => values)
  return [0, ...(kind === 'bars' ? stacked(columns) : columns.flat())]
}

function summaryOf({ name, values }: Series, format: (value: number) => string): string {
  const [now, least, most] = [values.at(-1) ?? 0, Math.min(...values), Math.max(...values)]
  return values.length === 0
    ? name
    : words.value.charts.summary(name, format(now), format(least), format(most))
}

function Drawn(props: {
  readonly kind: ChartKind
  readonly index: number
  readonly tint: number
  readonly top: number
  readonly room: number
  readonly values: readonly number[]
  readonly below: readonly number[]
}): VNode {
  const { kind, index, tint, top, room, values, below } = props
  const colour = tintClass(tint + index)
  switch (kind) {
    case 'line':
      return (
        <g class={colour}>
          {index === 0 && <path class="area" d={areaPath(values, room, top)} />}
          <path class="curve" d={linePath(values, room, top)} />
        </g>
      )
    case 'bars':
      return <path class={`${colour} bar`} d={barsPath(values, room, top, below)} />
    case 'dots':
      return <path class={`${colour} dot`} d={dotsPath(values, room, top)} />
  }
}

/** When it begins, its middle, and its end. */
function Times({ time }: { readonly time: Time }): VNode {
  const { stepMs, end, room } = time
  const seconds = stepMs < 60_000
  return (
    <p class="times" aria-hidden="true">
      {[room, room / 2, 0].map((back) => (
        <span key={back}>{clock(end - back * stepMs, seconds)}</span>
      ))}
    </p>
  )
}
