import type { ErrorCode } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Dialog } from '../components/dialog.tsx'
import { Field } from '../components/field.tsx'
import { Told } from '../components/told.tsx'
import { contactName, forgetContact, renameContact } from '../state/contacts.ts'
import { text } from '../state/language.ts'

interface Asked {
  readonly name: string
  /** Closes; `told` is said of what was done. */
  readonly close: (told?: string) => void
}

/** Gives a contact another name. */
export function Rename({ name, close }: Asked): VNode {
  const { renameName, newName, renamed } = text.value.contacts
  const { save, cancel } = text.value.act
  const typed = useSignal(name)
  const error = useSignal<string | undefined>(undefined)
  const submit = async (): Promise<void> => {
    const to = contactName(typed.value)
    if (to === undefined) return void (error.value = text.value.contacts.badName)
    const code = await renameContact(name, to)
    if (code === undefined) close(renamed(to))
    else error.value = text.value.errors[code].what
  }
  return (
    <Dialog heading={renameName(name)} close={() => close()}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Field kind="name" label={newName} value={typed} error={error.value} focus />
        <div class="buttons">
          <button type="submit" class="button jade">
            {save}
          </button>
          <button type="button" class="button" onClick={() => close()}>
            {cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** Forgets a contact, if the user means it. */
export function Forget({ name, close }: Asked): VNode {
  const { forget, forgetName, forgetBody, forgotten } = text.value.contacts
  const failed = useSignal<ErrorCode | undefined>(undefined)
  const act = async (): Promise<void> => {
    const code = await forgetContact(name)
    if (code === undefined) close(forgotten(name))
    else failed.value = code
  }
  return (
    <Dialog heading={forgetName(name)} close={() => close()}>
      <p>{forgetBody}</p>
      {failed.value !== undefined && <Told code={failed.value} />}
      <div class="buttons">
        <button type="button" class="button red" onClick={() => void act()}>
          {forget}
        </button>
        <button type="button" class="button" autofocus onClick={() => close()}>
          {text.value.act.cancel}
        </button>
      </div>
    </Dialog>
  )
}
