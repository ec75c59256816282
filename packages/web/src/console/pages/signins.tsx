import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { TurnPages } from '../parts/turn-pages.tsx'
import { useLive } from '../state/live.ts'
import { may } from '../state/session.ts'
import { listBindings } from '../state/users-api.ts'
import { words } from '../state/words.ts'
import { Bindings, releaseOf } from './users/bindings.tsx'
import { WithReason, type Reasoned } from './users/with-reason.tsx'

/** Sign-ins on a page, and milliseconds between two looks at them. */
const ON_PAGE = 50
const LOOK_MS = 5_000

/** Who is signed in where. */
export function SignIns(): VNode {
  const behind = useSignal<readonly string[]>([])
  const asking = useSignal<Reasoned | undefined>(undefined)
  const told = useSignal('')
  const after = behind.value.at(-1) ?? ''
  // one more than is shown tells whether there are more
  const { live, reload } = useLive(() => listBindings(after, ON_PAGE + 1), LOOK_MS, after)
  const t = words.value.users
  const release = may('bindings.release')
    ? (one: Parameters<typeof releaseOf>[0]) => void (asking.value = releaseOf(one))
    : undefined
  return (
    <>
      <div class="titled">
        <Heading>{words.value.pages.signins}</Heading>
        <LiveBar />
      </div>
      <p class="lead">{t.signinsBody}</p>
      <p class="told-of" role="status">
        {told.value}
      </p>
      <Loaded live={live} again={reload}>
        {({ bindings }) => {
          const here = bindings.slice(0, ON_PAGE)
          const more = bindings.length > ON_PAGE
          return (
            <>
              <Bindings
                caption={words.value.pages.signins}
                bindings={here}
                none={t.nobody}
                users
                release={release}
              />
              {(more || behind.value.length > 0) && (
                <TurnPages
                  newerName={t.before}
                  olderName={t.after}
                  newer={
                    behind.value.length === 0
                      ? undefined
                      : () => (behind.value = behind.value.slice(0, -1))
                  }
                  older={
                    more
                      ? () => (behind.value = [...behind.value, here.at(-1)!.terminal])
                      : undefined
                  }
                />
              )}
            </>
          )
        }}
      </Loaded>
      {asking.value !== undefined && (
        <WithReason
          what={asking.value}
          done={(text) => {
            told.value = text
            asking.value = undefined
            reload()
          }}
          close={() => (asking.value = undefined)}
        />
      )}
    </>
  )
}
