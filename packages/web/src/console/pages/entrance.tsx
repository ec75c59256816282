import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../components/field.tsx'
import { Heading } from '../../components/heading.tsx'
import { FaultNote } from '../parts/fault-note.tsx'
import { useAct } from '../state/act.ts'
import { linkTo, place } from '../state/place.ts'
import { signIn } from '../state/session.ts'
import { words } from '../state/words.ts'
import { SetUp } from './set-up.tsx'

/** The address's fragment for whoever has a code. */
const SETUP = 'setup'

/** Before somebody is signed in. */
export function Entrance(props: {
  readonly first: boolean
  readonly ended: string | undefined
}): VNode {
  if (props.first) return <SetUp key="first" first />
  if (place.value === SETUP) return <SetUp key="setup" first={false} />
  return <SignIn ended={props.ended} />
}

function SignIn({ ended }: { readonly ended: string | undefined }): VNode {
  const name = useSignal(ended ?? '')
  const passphrase = useSignal('')
  const act = useAct()
  const {
    heading,
    body,
    ended: endedText,
    user,
    passphrase: label,
    haveCode,
  } = words.value.entrance
  return (
    <div class="narrow">
      <Heading>{heading}</Heading>
      {ended === undefined ? (
        <p class="lead">{body}</p>
      ) : (
        <p class="lead" role="status">
          {endedText(ended)}
        </p>
      )}
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault()
          void act.run(() => signIn(name.value, passphrase.value))
        }}
      >
        <Field
          kind="name"
          label={user}
          value={name}
          focus={ended === undefined}
          autocomplete="username"
        />
        <Field
          kind="passphrase"
          label={label}
          value={passphrase}
          focus={ended !== undefined}
          autocomplete="current-password"
        />
        {act.fault !== undefined && <FaultNote fault={act.fault} />}
        <button type="submit" class="button bronze large" aria-disabled={act.busy}>
          {heading}
        </button>
      </form>
      <p class="beside">
        <a class="button quiet" href={linkTo(SETUP)}>
          {haveCode}
        </a>
      </p>
    </div>
  )
}
