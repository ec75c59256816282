import { prepareName } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../components/field.tsx'
import { Heading } from '../components/heading.tsx'
import { text } from '../state/language.ts'
import { begin } from '../state/session.ts'

/** Choosing the name under which to wait. */
export function Listen(): VNode {
  const { listenHeading, listenBody, under, underHint, listen, badName } = text.value.name
  const name = useSignal('')
  const tried = useSignal(false)
  const ready = prepareName(name.value)
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault()
        tried.value = true
        if (ready.ok) begin({ by: 'listen', name: ready.value })
      }}
    >
      <Heading>{listenHeading}</Heading>
      <p class="lead">{listenBody}</p>
      <Field
        kind="name"
        label={under}
        value={name}
        hint={underHint}
        error={tried.value && !ready.ok ? badName : undefined}
        focus
      />
      <button type="submit" class="button bronze large">
        {listen}
      </button>
    </form>
  )
}
