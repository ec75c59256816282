import type { VNode } from 'preact'
import { LivePages } from '../parts/live-pages.tsx'
import { Table } from '../parts/table.tsx'
import { listCalls, type ListedCall } from '../state/calls-api.ts'
import { ago, count } from '../state/format.ts'
import { linkTo, subject } from '../state/place.ts'
import { words } from '../state/words.ts'
import { OneCall, shortCall } from './calls/one.tsx'

/** Who talks with whom: all calls, or the one that the address names. */
export function Calls(): VNode {
  const call = subject.value
  return call === '' ? <AllCalls /> : <OneCall key={call} call={call} />
}

function AllCalls(): VNode {
  const { pages, calls } = words.value
  return (
    <LivePages heading={pages.calls} words={calls} load={listCalls}>
      {(page) => <List calls={page.calls} />}
    </LivePages>
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
              <code title={id}>{shortCall(id)}</code>
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
        { title: t.since, kind: 'time', cell: ({ since }) => ago(since) },
      ]}
    />
  )
}
