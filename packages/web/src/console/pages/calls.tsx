import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Table } from '../parts/table.tsx'
import { TurnPages } from '../parts/turn-pages.tsx'
import { listCalls, type ListedCall } from '../state/calls-api.ts'
import { ago, count } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { linkTo, subject } from '../state/place.ts'
import { words } from '../state/words.ts'
import { OneCall, shortCall } from './calls/one.tsx'

/** Who talks with whom: all calls, or the one that the address names. */
export function Calls(): VNode {
  const call = subject.value
  return call === '' ? <AllCalls /> : <OneCall key={call} call={call} />
}

/** Calls on a page, and milliseconds between two looks at them. */
const ON_PAGE = 50
const LOOK_MS = 2_000

function AllCalls(): VNode {
  const offset = useSignal(0)
  const from = offset.value
  const { live, reload } = useLive(() => listCalls(ON_PAGE, from), LOOK_MS, from)
  const t = words.value.calls
  return (
    <>
      <div class="titled">
        <Heading>{words.value.pages.calls}</Heading>
        <LiveBar />
      </div>
      <p class="lead">{t.body}</p>
      <Loaded live={live} again={reload}>
        {({ total, calls }) => (
          <>
            <p class="total">{t.total(count(total))}</p>
            <List calls={calls} />
            {total > ON_PAGE && (
              <TurnPages
                newerName={t.newer}
                olderName={t.older}
                newer={from === 0 ? undefined : () => (offset.value = Math.max(0, from - ON_PAGE))}
                older={from + ON_PAGE >= total ? undefined : () => (offset.value = from + ON_PAGE)}
              />
            )}
          </>
        )}
      </Loaded>
    </>
  )
}

function List({ calls }: { readonly calls: readonly ListedCall[] }): VNode {
  const t = words.value.calls
  return (
    <Table<ListedCall>
      caption={words.value.pages.calls}
      none={t.none}
      rows={calls}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t.id,
          kind: 'heading',
          cell: ({ id }) => (
            <a href={linkTo('calls', id)} translate={false}>
              <code>{shortCall(id)}</code>
            </a>
          ),
        },
        {
          title: t.host,
          cell: ({ host }) => (
            <span class="id" translate={false}>
              {host}
            </span>
          ),
        },
        { title: t.size, kind: 'number', cell: ({ size }) => count(size) },
        { title: t.ringing, kind: 'number', cell: ({ ringing }) => count(ringing) },
        { title: t.epoch, kind: 'number', cell: ({ epoch }) => count(epoch) },
        { title: t.since, cell: ({ since }) => ago(since) },
      ]}
    />
  )
}
