import type { Whereabouts, ListedKey } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Icon } from '../../components/icon.tsx'
import { release, signIn } from '../../state/keys/acts.ts'
import { moment } from '../../state/keys/dates.ts'
import { deskOpen } from '../../state/keys/desk.ts'
import type { Seat } from '../../state/keys/seat.ts'
import { keysText } from '../../strings/keys/index.ts'
import { Outcome, useActing } from './acting.tsx'
import { Elsewhere } from './elsewhere.tsx'
import { KeyList } from './key-list.tsx'
import { Ways } from './ways.tsx'

type SeatHere = Extract<Seat, { at: 'here' }>

/** Somebody is signed in here: who, where else, and with which keys. */
export function Here(props: { readonly seat: SeatHere }): VNode {
  const { seat } = props
  const elsewhere = useSignal<Whereabouts['elsewhere']>([])
  const keys = useSignal<readonly ListedKey[]>([])
  const load = async (): Promise<void> => {
    const desk = deskOpen()
    if (desk === undefined) return
    const [where, listed] = await Promise.all([desk.signin.whereabouts(), desk.signin.keys()])
    elsewhere.value = where.elsewhere
    keys.value = listed
  }
  const reload = (): void => void load().catch(() => undefined) // what was there stays
  useEffect(reload, [seat.user, seat.expires, seat.keyed])
  return (
    <>
      <Card seat={seat} />
      <KeyList keys={keys.value} reload={reload} />
      <Elsewhere terminals={elsewhere.value} reload={reload} />
      <Ways />
    </>
  )
}

function Card(props: { readonly seat: SeatHere }): VNode {
  const { user, since, expires, keyed } = props.seat
  const words = keysText.value.here
  const acting = useActing()
  return (
    <section class="card signed-in" aria-label={words.user}>
      <p class="label">{words.user}</p>
      <p class="user" translate={false}>
        {user}
      </p>
      <dl>
        <dt>{words.since}</dt>
        <dd>{moment(since)}</dd>
        <dt>{words.until}</dt>
        <dd>{moment(expires)}</dd>
      </dl>
      {keyed ? (
        <p class="keyed">
          <Icon name="check" /> {words.keyed}
        </p>
      ) : (
        <div class="locked">
          <h2>{words.locked}</h2>
          <p>{words.lockedBody}</p>
        </div>
      )}
      <div class="buttons">
        {!keyed && (
          <button
            type="button"
            class="button bronze"
            disabled={acting.busy.value}
            onClick={() => void acting.run(signIn)}
          >
            {words.unlock}
          </button>
        )}
        <button
          type="button"
          class="button"
          disabled={acting.busy.value}
          aria-describedby="release-body"
          onClick={() => void acting.run(() => release())}
        >
          {words.release}
        </button>
      </div>
      <p class="small" id="release-body">
        {words.releaseBody}
      </p>
      <p role="status">{acting.busy.value ? keysText.value.touching : ''}</p>
      <Outcome acting={acting} told={strangers()} />
    </section>
  )
}

/** What a passkey of another user's is told as. */
function strangers(): object {
  const { strangers } = keysText.value.told
  return { ERR_RELEASE_REFUSED: strangers, ERR_TERMINAL_IN_USE: strangers }
}
