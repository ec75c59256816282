import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../../components/heading.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { day } from '../../state/format.ts'
import { useLive } from '../../state/live.ts'
import { linkTo } from '../../state/place.ts'
import { may } from '../../state/session.ts'
import {
  removeUser,
  resumeUser,
  showUser,
  suspendUser,
  withdrawInvitations,
  type ShownUser,
} from '../../state/users-api.ts'
import { words } from '../../state/words.ts'
import { Bindings, releaseOf } from './bindings.tsx'
import { InviteDialog, InvitedOnce, type InvitedFor } from './invite.tsx'
import { KeyList, revocationOf } from './keys.tsx'
import { UserState } from './list.tsx'
import { Chips, Invitations } from './open.tsx'
import { WithReason, type Reasoned } from './with-reason.tsx'

type Asking =
  | { readonly at: 'invite' | 'resume' | 'remove' | 'withdraw' }
  | { readonly at: 'invited'; readonly made: InvitedFor }
  | { readonly at: 'reason'; readonly what: Reasoned }

/** One user: keys, where they are signed in, what they may still enrol with, and what can be done about it. */
export function OneUser({ user }: { readonly user: string }): VNode {
  const { live, reload } = useLive(() => showUser(user), 0, user)
  const asking = useSignal<Asking | undefined>(undefined)
  const told = useSignal('')
  const t = words.value.users
  const now = asking.value
  const close = (): void => void (asking.value = undefined)
  const done = (text: string): void => {
    told.value = text
    close()
    reload()
  }
  const ask = (what: Reasoned): void => void (asking.value = { at: 'reason', what })
  return (
    <>
      <p class="back">
        <a href={linkTo('users')}>{t.all}</a>
      </p>
      <Heading>
        <span class="id" translate={false}>
          {user}
        </span>
      </Heading>
      <p class="told-of" role="status">
        {told.value}
      </p>
      <Loaded live={live} again={reload}>
        {(shown) => (
          <>
            {may('users.write') && (
              <Acts user={shown} ask={ask} open={(at) => (asking.value = { at })} />
            )}
            <Facts
              facts={[
                [t.state, <UserState key="state" {...shown} />],
                [t.created, day(shown.created)],
              ]}
            />
            <section>
              <h2>{t.keys}</h2>
              <KeyList
                keys={shown.keys}
                revoke={may('keys.revoke') ? (key) => ask(revocationOf(user, key)) : undefined}
              />
            </section>
            <section>
              <h2>{t.signedIn}</h2>
              <Bindings
                caption={t.signedIn}
                bindings={shown.signedIn}
                none={t.nowhere}
                release={may('bindings.release') ? (one) => ask(releaseOf(one)) : undefined}
              />
            </section>
            <Invitations
              invitations={shown.invitations}
              withdraw={may('users.write') ? () => (asking.value = { at: 'withdraw' }) : undefined}
            />
            <Chips chips={shown.chips} />
          </>
        )}
      </Loaded>
      {now?.at === 'invite' && (
        <InviteDialog
          user={user}
          invited={(made, kind) => {
            asking.value = { at: 'invited', made: { ...made, kind } }
            reload()
          }}
          close={close}
        />
      )}
      {now?.at === 'invited' && <InvitedOnce made={now.made} close={close} />}
      {now?.at === 'reason' && <WithReason what={now.what} done={done} close={close} />}
      {now?.at === 'resume' && (
        <Confirm
          heading={t.resumeOf(user)}
          verb={t.resume}
          work={() => resumeUser(user)}
          done={() => done(t.resumed(user))}
          close={close}
        >
          <p>{t.resumeBody}</p>
        </Confirm>
      )}
      {now?.at === 'remove' && (
        <Confirm
          heading={t.removeOf(user)}
          verb={t.remove}
          work={() => removeUser(user)}
          done={() => (location.hash = linkTo('users'))}
          close={close}
        >
          <p>{t.removeBody}</p>
        </Confirm>
      )}
      {now?.at === 'withdraw' && (
        <Confirm
          heading={t.withdrawOf(user)}
          verb={t.withdraw}
          work={() => withdrawInvitations(user)}
          done={() => done(t.withdrawn(user))}
          close={close}
        >
          <p>{t.withdrawBody}</p>
        </Confirm>
      )}
    </>
  )
}

function Acts(props: {
  readonly user: ShownUser
  readonly ask: (what: Reasoned) => void
  readonly open: (at: 'invite' | 'resume' | 'remove') => void
}): VNode {
  const { ask, open } = props
  const { user, state } = props.user
  const t = words.value.users
  const suspension: Reasoned = {
    heading: t.suspendOf(user),
    body: t.suspendBody,
    verb: t.suspend,
    work: (reason) => suspendUser(user, reason),
    told: t.suspendedNow(user),
  }
  return (
    <div class="buttons above">
      {state === 'active' && (
        <button type="button" class="button bronze" onClick={() => open('invite')}>
          {t.furtherKey}
        </button>
      )}
      {state === 'active' ? (
        <button type="button" class="button" onClick={() => ask(suspension)}>
          {t.suspend}
        </button>
      ) : (
        <button type="button" class="button" onClick={() => open('resume')}>
          {t.resume}
        </button>
      )}
      <button type="button" class="button" onClick={() => open('remove')}>
        {t.remove}
      </button>
    </div>
  )
}
