import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../components/field.tsx'
import { Heading } from '../../components/heading.tsx'
import { passkeysLack } from '../../ports/passkey.ts'
import { enrol, type NewKey } from '../../state/keys/acts.ts'
import { keysText } from '../../strings/keys/index.ts'
import { Outcome, useActing } from './acting.tsx'
import { Recovery } from './recovery.tsx'
import { Lack, Ways } from './ways.tsx'

/** Making a key by an invitation or a recovery code, which a link may have brought. */
export function Enrol(props: { readonly code: string }): VNode {
  const {
    heading,
    body,
    code: label,
    codeHint,
    badCode,
    steps,
    make,
    making,
  } = keysText.value.enrol
  const typed = useSignal(props.code)
  const made = useSignal<NewKey | undefined>(undefined)
  const acting = useActing()
  if (made.value !== undefined) return <Recovery made={made.value} />
  const tried = acting.failed.value === 'ERR_ENROL_CODE' && !looksWhole(typed.value)
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault()
        void acting.run(() => enrol(typed.value)).then((done) => (made.value = done?.value))
      }}
    >
      <Heading>{heading}</Heading>
      <p class="lead">{body}</p>
      <Lack />
      <Field
        kind="code"
        label={label}
        value={typed}
        hint={codeHint}
        error={tried ? badCode : undefined}
        focus={props.code === ''}
      />
      <ol class="steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <button
        type="submit"
        class="button bronze large"
        disabled={acting.busy.value || passkeysLack() !== undefined}
      >
        {make}
      </button>
      <p role="status">{acting.busy.value ? making : ''}</p>
      {!tried && <Outcome acting={acting} />}
      <Ways after={acting.failed.value} />
    </form>
  )
}

/** Letters and digits of a code: seven groups of four. */
function looksWhole(typed: string): boolean {
  return typed.replace(/[^0-9A-Za-z]/g, '').length === 28
}
