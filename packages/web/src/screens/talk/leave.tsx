import type { VNode } from 'preact'
import { Dialog } from '../../components/dialog.tsx'
import type { Conversation } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'
import { leaveAsked } from '../../state/leave-asked.ts'
import { dismiss } from '../../state/session.ts'

/** Leaves, if the user means it. */
export function Leave(props: { readonly conversation: Conversation }): VNode {
  const { transfers, presence, leave: go } = props.conversation
  const { leave, leaveHeading, leaveBody, leaveBusy, stay } = text.value.talk
  const close = (): void => void (leaveAsked.value = false)
  return (
    <Dialog heading={leaveHeading} close={close}>
      <p>{leaveBody}</p>
      {transfers.value > 0 && <p class="error">{leaveBusy}</p>}
      <div class="buttons">
        <button
          type="button"
          class="button red"
          onClick={() => {
            close()
            if (presence.value.at === 'returning') dismiss()
            else go()
          }}
        >
          {leave}
        </button>
        <button type="button" class="button" autofocus onClick={close}>
          {stay}
        </button>
      </div>
    </Dialog>
  )
}
