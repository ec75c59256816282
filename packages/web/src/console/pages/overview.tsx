import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { Facts, State } from '../parts/facts.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { readMetrics, readStatus, type Status } from '../state/api.ts'
import { duration, moment } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { may } from '../state/session.ts'
import { words } from '../state/words.ts'
import { Charts } from './overview/charts.tsx'
import { Limits } from './overview/limits.tsx'

/** Milliseconds between two looks: at what changes by itself, and at the rest. A day is shown by the minute. */
const STATUS_MS = 5_000
const CHART_MS = { minutes: 1_000, day: 30_000 } as const

/** How the server does, now and lately, and within which limits. */
export function Overview(): VNode {
  return (
    <>
      <div class="titled">
        <Heading>{words.value.pages.overview}</Heading>
        <LiveBar />
      </div>
      {may('status.read') && <Health />}
    </>
  )
}

function Health(): VNode {
  const { live, reload } = useLive(readStatus, STATUS_MS)
  return (
    <Loaded live={live} again={reload}>
      {(status) => (
        <>
          <Facts facts={factsOf(status)} />
          {may('metrics.read') && <Lately />}
          <Limits limits={status.limits} />
        </>
      )}
    </Loaded>
  )
}

function Lately(): VNode {
  const span = useSignal<'minutes' | 'day'>('minutes')
  const now = span.value
  const { live, reload } = useLive(() => readMetrics(now), CHART_MS[now], now)
  return (
    <section class="lately" aria-labelledby="lately">
      <div class="titled">
        <h2 id="lately">{words.value.charts.heading}</h2>
        <Spans span={now} choose={(one) => (span.value = one)} />
      </div>
      <Loaded live={live} again={reload}>
        {(metrics) => <Charts metrics={metrics} />}
      </Loaded>
    </section>
  )
}

function Spans(props: {
  readonly span: 'minutes' | 'day'
  readonly choose: (span: 'minutes' | 'day') => void
}): VNode {
  const { span: label, minutes, day } = words.value.overview
  return (
    <div class="languages" role="group" aria-label={label}>
      {(
        [
          ['minutes', minutes],
          ['day', day],
        ] as const
      ).map(([each, name]) => (
        <button
          type="button"
          key={each}
          aria-pressed={each === props.span}
          onClick={() => props.choose(each)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}

const MINUTE_MS = 60_000

/** To the minute once there is one: what changes at every look would move what stands around it. */
function calm(ms: number): number {
  return ms < MINUTE_MS ? ms : Math.floor(ms / MINUTE_MS) * MINUTE_MS
}

function factsOf({ state, store, version, node, started, uptimeMs }: Status) {
  const t = words.value.overview
  return [
    [t.state, <State good={state === 'up'}>{state === 'up' ? t.up : t.draining}</State>],
    [t.store, <State good={store}>{store ? t.answers : t.silent}</State>],
    [t.version, version, t.node(node)],
    [t.uptime, duration(calm(uptimeMs)), t.since(moment(started))],
  ] as const
}
