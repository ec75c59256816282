import type { VNode } from 'preact'
import { State } from '../../parts/facts.tsx'
import { Table } from '../../parts/table.tsx'
import { count, day } from '../../state/format.ts'
import { linkTo } from '../../state/place.ts'
import type { ListedUser } from '../../state/users-api.ts'
import { words } from '../../state/words.ts'

/** Users, each with a link to all that is known of them. */
export function UserList(props: {
  readonly users: readonly ListedUser[]
  readonly none: string
}): VNode {
  const t = words.value.users
  return (
    <Table<ListedUser>
      caption={words.value.pages.users}
      none={props.none}
      rows={props.users}
      keyOf={({ user }) => user}
      columns={[
        {
          title: t.user,
          kind: 'heading',
          cell: ({ user }) => (
            <a class="id" href={linkTo('users', user)} translate={false}>
              {user}
            </a>
          ),
        },
        { title: t.state, cell: (row) => <UserState {...row} /> },
        { title: t.keys, kind: 'number', cell: ({ keys }) => count(keys) },
        { title: t.signedIn, kind: 'number', cell: ({ signedIn }) => count(signedIn) },
        { title: t.created, cell: ({ created }) => day(created) },
      ]}
    />
  )
}

/** Whether somebody may sign in, and if not, why. */
export function UserState(props: Pick<ListedUser, 'state' | 'reason'>): VNode {
  const t = words.value.users
  return props.state === 'active' ? (
    <State good>{t.active}</State>
  ) : (
    <>
      <State good={false}>{t.suspended}</State>
      {props.reason !== null && <span class="small under-it">{props.reason}</span>}
    </>
  )
}
