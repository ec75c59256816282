import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { TurnPages } from '../parts/turn-pages.tsx'
import { useLive } from '../state/live.ts'
import { subject } from '../state/place.ts'
import { may } from '../state/session.ts'
import { listUsers, type Invited } from '../state/users-api.ts'
import { words } from '../state/words.ts'
import { InviteDialog, InvitedOnce, type InvitedFor } from './users/invite.tsx'
import { UserList } from './users/list.tsx'
import { OneUser } from './users/one.tsx'
import { Search } from './users/search.tsx'

/** Who may sign in: all of them, or the one that the address names. */
export function Users(): VNode {
  const user = subject.value
  return user === '' ? <AllUsers /> : <OneUser key={user} user={user} />
}

/** Users on a page. */
const ON_PAGE = 50

interface View {
  readonly part: string
  /** The last user of each page before; the page begins after the last of them. */
  readonly behind: readonly string[]
}

function AllUsers(): VNode {
  const view = useSignal<View>({ part: '', behind: [] })
  const asking = useSignal(false)
  const made = useSignal<InvitedFor | undefined>(undefined)
  const { part, behind } = view.value
  const after = behind.at(-1) ?? ''
  // one more than is shown tells whether there are more
  const { live, reload } = useLive(
    () => listUsers({ part, after, limit: ON_PAGE + 1 }),
    0,
    `${part} ${after}`,
  )
  const t = words.value.users
  const invited = (value: Invited, kind: InvitedFor['kind']): void => {
    asking.value = false
    made.value = { ...value, kind }
    reload()
  }
  return (
    <>
      <Heading>{words.value.pages.users}</Heading>
      <p class="lead">{t.body}</p>
      <div class="buttons above">
        {may('users.write') && (
          <button type="button" class="button bronze" onClick={() => (asking.value = true)}>
            {t.invite}
          </button>
        )}
      </div>
      <Search look={(part) => (view.value = { part, behind: [] })} />
      <Loaded live={live} again={reload}>
        {({ users }) => {
          const here = users.slice(0, ON_PAGE)
          const more = users.length > ON_PAGE
          const next = (): void =>
            void (view.value = { part, behind: [...behind, here.at(-1)!.user] })
          const before = (): void => void (view.value = { part, behind: behind.slice(0, -1) })
          return (
            <>
              <UserList users={here} none={part === '' ? t.none : t.noneFits} />
              {(more || behind.length > 0) && (
                <TurnPages
                  newerName={t.before}
                  olderName={t.after}
                  newer={behind.length === 0 ? undefined : before}
                  older={more ? next : undefined}
                />
              )}
            </>
          )
        }}
      </Loaded>
      {asking.value && <InviteDialog invited={invited} close={() => (asking.value = false)} />}
      {made.value !== undefined && (
        <InvitedOnce made={made.value} close={() => (made.value = undefined)} />
      )}
    </>
  )
}
