import type { VNode } from 'preact'
import { signIn } from '../../state/keys/acts.ts'
import { seat } from '../../state/keys/seat.ts'
import { keysText } from '../../strings/keys/index.ts'
import { Outcome, useActing } from './acting.tsx'

/** A user is rung: whether the one who rings will see that it is them, and how to make it so. */
export function RungAs(props: { readonly user: string }): VNode | null {
  const acting = useActing()
  const { locked, unlocked } = keysText.value.who
  const { value } = seat
  if (value.at !== 'here' || value.user !== props.user) return null
  if (value.keyed) return <p class="small">{unlocked(value.user)}</p>
  return (
    <div class="card locked">
      <p>{locked(value.user)}</p>
      <button
        type="button"
        class="button"
        disabled={acting.busy.value}
        onClick={() => void acting.run(signIn)}
      >
        {keysText.value.here.unlock}
      </button>
      <Outcome acting={acting} />
    </div>
  )
}
