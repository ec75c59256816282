import type { VNode } from 'preact'
import { Dialog } from '../../components/dialog.tsx'
import type { Alarm } from '../../state/keys/alarm.ts'
import { day } from '../../state/keys/dates.ts'
import { keysText } from '../../strings/keys/index.ts'

/** The alarm that somebody's key has changed: the talk waits for the answer. */
export function AlarmDialog({ changed, answer }: Alarm): VNode {
  const { heading, body, advice, accept, refuse } = keysText.value.alarm
  const { user, kind, sinceUnixMs } = changed
  return (
    <Dialog heading={heading(user)} close={() => answer(false)} firm>
      <p>{body(day(sinceUnixMs), keysText.value.kinds[kind])}</p>
      <p>{advice}</p>
      <div class="buttons">
        <button type="button" class="button jade" autofocus onClick={() => answer(false)}>
          {refuse}
        </button>
        <button type="button" class="button red" onClick={() => answer(true)}>
          {accept}
        </button>
      </div>
    </Dialog>
  )
}
