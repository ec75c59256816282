import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { sizeText } from '../../state/sizes.ts'
import { State } from '../parts/facts.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Table } from '../parts/table.tsx'
import { TurnPages } from '../parts/turn-pages.tsx'
import { listSessions, type ListedSession } from '../state/api.ts'
import { ago, count, moment } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { words } from '../state/words.ts'

/** Sessions on a page, and milliseconds between two looks at them. */
const ON_PAGE = 50
const LOOK_MS = 2_000

/** Which sessions there are. */
export function Sessions(): VNode {
  const offset = useSignal(0)
  const from = offset.value
  const { live, reload } = useLive(() => listSessions(ON_PAGE, from), LOOK_MS, from)
  const t = words.value.sessions
  return (
    <>
      <div class="titled">
        <Heading>{words.value.pages.sessions}</Heading>
        <LiveBar />
      </div>
      <p class="lead">{t.body}</p>
      <Loaded live={live} again={reload}>
        {({ total, sessions }) => (
          <>
            <p class="total">{t.total(count(total))}</p>
            <List sessions={sessions} />
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
