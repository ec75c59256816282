import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { clock } from '../state/format.ts'
import { tintClass } from './tint.ts'
import type { ChartKind, Series, Time } from './chart.tsx'

/** Which is which, with what it is now, or what it was at the moment that is pointed at. */
export function Legend(props: {
  readonly kind: ChartKind
  readonly series: readonly Series[]
  readonly time: Time
  readonly format: (value: number) => string
  readonly pointed: Signal<number | undefined>
  /** Number of the first's colour. */
  readonly tint: number
  /** Said where there is nothing. */
  readonly nothing: string | undefined
}): VNode {
  const { kind, series, time, format, pointed } = props
  const place = pointed.value
  const back = place === undefined ? 0 : time.room - 1 - place
  return (
    <ul class={`legend of-${kind}`}>
      {series.map(({ name, values }, index) => {
        const value = place === undefined ? latest(kind, values) : values.at(-1 - back)
        return (
          <li key={index}>
            <svg
              class={`key ${tintClass(props.tint + index)}`}
              viewBox="0 0 24 12"
              aria-hidden="true"
            >
              {kind === 'bars' && <path class="bar" d="M6 0h12v12H6z" />}
              {kind === 'line' && <path class="curve" d="M0 6H24" />}
              {kind === 'dots' && <path class="dot" d="M12 6h0" />}
            </svg>
            {name}
            <strong>{value === undefined || isNone(kind, value) ? '–' : format(value)}</strong>
          </li>
        )
      })}
      {series.length === 0 && <li>{props.nothing}</li>}
      {place !== undefined && (
        <li class="when">{clock(time.end - back * time.stepMs, time.stepMs < 60_000)}</li>
      )}
    </ul>
  )
}

/** What is at this moment; of what is counted, all that is shown; of what comes now and then, the last. */
function latest(kind: ChartKind, values: readonly number[]): number | undefined {
  switch (kind) {
    case 'line':
      return values.at(-1)
    case 'bars':
      return values.reduce((sum, value) => sum + value, 0)
    case 'dots':
      return values.findLast((value) => value > 0)
  }
}

function isNone(kind: ChartKind, value: number): boolean {
  return kind === 'dots' && value === 0
}
