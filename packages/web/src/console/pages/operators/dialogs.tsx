import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Dialog } from '../../../components/dialog.tsx'
import { Field } from '../../../components/field.tsx'
import { text } from '../../../state/language.ts'
import { Choice } from '../../parts/choice.tsx'
import { FaultNote } from '../../parts/fault-note.tsx'
import { useAct } from '../../state/act.ts'
import { addOperator, changeRole, type OpeningCode, type Operator } from '../../state/api.ts'
import { words } from '../../state/words.ts'

/** What the server takes as the name of an account. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/

/** Makes an account for somebody, who opens it with a code. */
export function AddOperator(props: {
  readonly added: (name: string, code: OpeningCode) => void
  readonly close: () => void
}): VNode {
  const { added, close } = props
  const [name, role] = [useSignal(''), useSignal('auditor')]
  const isBad = useSignal(false)
  const act = useAct()
  const t = words.value.operators
  const submit = async (): Promise<void> => {
    const given = name.value.trim()
    isBad.value = !NAME.test(given)
    if (isBad.value) return
    const code = await act.run(() => addOperator(given, role.value))
    if (code !== undefined) added(given, code)
  }
  return (
    <Dialog heading={t.add} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Field
          kind="name"
          label={t.user}
          value={name}
          hint={words.value.entrance.nameHint}
          error={isBad.value ? text.value.errors.ERR_OPERATOR_NAME.next : undefined}
          focus
        />
        <Choice label={t.role} value={role} options={roleOptions()} />
        {act.fault !== undefined && <FaultNote fault={act.fault} />}
        <Buttons verb={t.add} busy={act.busy} close={close} />
      </form>
    </Dialog>
  )
}

/** Gives an account another role. */
export function ChangeRole(props: {
  readonly operator: Operator
  readonly changed: () => void
  readonly close: () => void
}): VNode {
  const { operator, changed, close } = props
  const role = useSignal(operator.role)
  const act = useAct()
  const t = words.value.operators
  const submit = async (): Promise<void> => {
    const done = await act.run(() => changeRole(operator.name, role.value))
    if (done !== undefined) changed()
  }
  return (
    <Dialog heading={t.changeRoleOf(operator.name)} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p>{t.changeRoleBody}</p>
        <Choice label={t.role} value={role} options={roleOptions()} />
        {act.fault !== undefined && <FaultNote fault={act.fault} />}
        <Buttons verb={text.value.act.save} busy={act.busy} close={close} />
      </form>
    </Dialog>
  )
}

function Buttons(props: {
  readonly verb: string
  readonly busy: boolean
  readonly close: () => void
}): VNode {
  return (
    <div class="buttons">
      <button type="submit" class="button jade" aria-disabled={props.busy}>
        {props.verb}
      </button>
      <button type="button" class="button" onClick={props.close}>
        {text.value.act.cancel}
      </button>
    </div>
  )
}

function roleOptions(): readonly (readonly [string, string])[] {
  return Object.entries(words.value.roles)
}
