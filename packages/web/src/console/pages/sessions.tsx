import type { VNode } from 'preact'
import { sizeText } from '../../state/sizes.ts'
import { State } from '../parts/facts.tsx'
import { LivePages } from '../parts/live-pages.tsx'
import { Table } from '../parts/table.tsx'
import { listSessions, type ListedSession } from '../state/api.ts'
import { ago, count, moment } from '../state/format.ts'
import { words } from '../state/words.ts'

/** Which sessions there are. */
export function Sessions(): VNode {
  const { pages, sessions } = words.value
  return (
    <LivePages heading={pages.sessions} words={sessions} load={listSessions}>
      {(page) => <List sessions={page.sessions} />}
    </LivePages>
  )
}

function List({ sessions }: { readonly sessions: readonly ListedSession[] }): VNode {
  const t = words.value.sessions
  return (
    <Table<ListedSession>
      caption={words.value.pages.sessions}
      none={t.none}
      rows={sessions}
      keyOf={({ id, since }) => `${id} ${since}`}
      columns={[
        { title: t.id, kind: 'heading', cell: ({ id }) => <code translate={false}>{id}…</code> },
        {
          title: t.state,
          cell: ({ active }) =>
            active ? <State good>{t.active}</State> : <span class="small">{t.idle}</span>,
        },
        { title: t.members, kind: 'number', cell: ({ members }) => count(members) },
        { title: t.since, cell: ({ since }) => moment(since) },
        { title: t.lastUsed, cell: ({ lastUsed }) => ago(lastUsed) },
        { title: t.frames, kind: 'number', cell: ({ frames }) => count(frames) },
        { title: t.octets, kind: 'number', cell: ({ octets }) => sizeText(octets) },
      ]}
    />
  )
}
