import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../../components/field.tsx'
import { words } from '../../state/words.ts'

/** Looks for users by a part of their ID. */
export function Search({ look }: { readonly look: (part: string) => void }): VNode {
  const part = useSignal('')
  const t = words.value.users
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        look(part.value.trim().toLowerCase())
      }}
    >
      <Field kind="user" label={t.search} value={part} />
      <button type="submit" class="button">
        {t.find}
      </button>
    </form>
  )
}
