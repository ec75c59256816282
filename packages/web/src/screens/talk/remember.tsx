import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { contactName, contacts, loadContacts } from '../../state/contacts.ts'
import type { Conversation } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'

/** Asks for the name under which the other is to be remembered. */
export function Remember(props: {
  readonly conversation: Conversation
  readonly close: () => void
}): VNode {
  const { conversation, close } = props
  const { rememberHeading, rememberBody, rememberName, remember, nameExists } = text.value.talk
  const typed = useSignal(conversation.who.value)
  const error = useSignal<string | undefined>(undefined)
  useEffect(() => void loadContacts(), [])
  const submit = (): void => {
    const name = contactName(typed.value)
    const exists = contacts.value.some((contact) => contact.name === name)
    error.value = exists ? nameExists : text.value.contacts.badName
    if (name === undefined || exists) return
    conversation.remember(name)
    close()
  }
  return (
    <Dialog heading={rememberHeading} close={close}>
      <p>{rememberBody}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Field kind="name" label={rememberName} value={typed} error={error.value} focus />
        <div class="buttons">
          <button type="submit" class="button jade">
            {remember}
          </button>
          <button type="button" class="button" onClick={close}>
            {text.value.act.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
