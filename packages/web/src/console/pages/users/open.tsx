import type { VNode } from 'preact'
import { Table } from '../../parts/table.tsx'
import { moment } from '../../state/format.ts'
import type { OpenInvitation, ShownUser } from '../../state/users-api.ts'
import { words } from '../../state/words.ts'
import { shortTerminal } from './bindings.tsx'

/** What a user may still enrol with. `withdraw`: undefined for who may not. */
export function Invitations(props: {
  readonly invitations: readonly OpenInvitation[]
  readonly withdraw: (() => void) | undefined
}): VNode {
  const { invitations, withdraw } = props
  const t = words.value.users
  const some = invitations.some(({ kind }) => kind !== 'recovery')
  return (
    <section>
      <h2>{t.invitations}</h2>
      <Table<OpenInvitation>
        caption={t.invitations}
        none={t.noInvitations}
        rows={invitations}
        keyOf={({ kind, created }) => `${kind} ${created}`}
        columns={[
          { title: t.inviteFor, kind: 'heading', cell: ({ kind }) => t.invitationKinds[kind] },
          { title: t.created, cell: ({ created }) => moment(created) },
          {
            title: t.ends,
            cell: ({ expires }) => (expires === null ? t.neverEnds : moment(expires)),
          },
        ]}
      />
      {some && withdraw !== undefined && (
        <button type="button" class="button" onClick={withdraw}>
          {t.withdraw}
        </button>
      )}
    </section>
  )
}

/** Terminals whose chip signs this user in. Nothing where there are none: few users have any. */
export function Chips({ chips }: Pick<ShownUser, 'chips'>): VNode | null {
  const t = words.value.users
  if (chips.length === 0) return null
  return (
    <section>
      <h2>{t.chips}</h2>
      <Table<ShownUser['chips'][number]>
        caption={t.chips}
        rows={chips}
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
          { title: t.enrolled, cell: ({ enrolled }) => moment(enrolled) },
        ]}
      />
    </section>
  )
}
