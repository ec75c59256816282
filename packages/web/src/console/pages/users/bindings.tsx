import type { VNode } from 'preact'
import { State } from '../../parts/facts.tsx'
import { Table, type Column } from '../../parts/table.tsx'
import { ago, moment } from '../../state/format.ts'
import { linkTo } from '../../state/place.ts'
import { releaseBinding, type Binding } from '../../state/users-api.ts'
import { words } from '../../state/words.ts'
import type { Reasoned } from './with-reason.tsx'

/** Who is signed in at which terminal. `users`: they are not all one user's. `release`: undefined for who may not. */
export function Bindings(props: {
  readonly caption: string
  readonly bindings: readonly Binding[]
  readonly none: string
  readonly users?: boolean
  readonly release: ((binding: Binding) => void) | undefined
}): VNode {
  const { bindings, caption, none, release, users = false } = props
  const t = words.value.users
  const acts: Column<Binding> = {
    title: '',
    kind: 'acts',
    cell: (binding) => (
      <div class="buttons">
        <button
          type="button"
          class="button"
          aria-label={t.releaseOf(shortTerminal(binding.terminal))}
          onClick={() => release?.(binding)}
        >
          {t.release}
        </button>
      </div>
    ),
  }
  const user: Column<Binding> = {
    title: t.user,
    cell: ({ user }) => (
      <a class="id" href={linkTo('users', user)} translate={false}>
        {user}
      </a>
    ),
  }
  return (
    <Table<Binding>
      caption={caption}
      none={none}
      rows={bindings}
      keyOf={({ terminal }) => terminal}
      columns={[
        {
          title: t.terminal,
          kind: 'heading',
          cell: ({ terminal }) => (
            <code translate={false} title={terminal}>
              {shortTerminal(terminal)}
            </code>
          ),
        },
        ...(users ? [user] : []),
        {
          title: t.state,
          cell: ({ connected, lastSeen }) =>
            connected ? (
              <State good>{t.connected}</State>
            ) : (
              <span class="small">{t.away(ago(lastSeen))}</span>
            ),
        },
        { title: t.by, cell: ({ by }) => t.proofs[by] },
        { title: t.since, cell: ({ since }) => ago(since) },
        { title: t.ends, cell: ({ expires }) => moment(expires) },
        ...(release === undefined ? [] : [acts]),
      ]}
    />
  )
}

/** What is asked before a sign-in is ended. */
export function releaseOf({ terminal, user }: Binding): Reasoned {
  const t = words.value.users
  return {
    heading: t.releaseOf(shortTerminal(terminal)),
    body: t.releaseBody(user),
    verb: t.release,
    work: (reason) => releaseBinding(terminal, reason),
    told: t.released(user, shortTerminal(terminal)),
  }
}

/** Enough of it to tell terminals apart. */
export function shortTerminal(id: string): string {
  return `${id.slice(0, 12)}…`
}
