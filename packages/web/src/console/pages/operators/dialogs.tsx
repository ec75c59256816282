import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../../components/field.tsx'
import { text } from '../../../state/language.ts'
import { Choice } from '../../parts/choice.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
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
    <FormDialog heading={t.add} verb={t.add} act={act} submit={submit} close={close}>
      <Field
        kind="name"
        label={t.user}
        value={name}
        hint={words.value.entrance.nameHint}
        error={isBad.value ? text.value.errors.ERR_OPERATOR_NAME.next : undefined}
        focus
      />
      <Choice label={t.role} value={role} options={roleOptions()} />
    </FormDialog>
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
    <FormDialog
      heading={t.changeRoleOf(operator.name)}
      verb={text.value.act.save}
      act={act}
      submit={submit}
      close={close}
    >
      <p>{t.changeRoleBody}</p>
      <Choice label={t.role} value={role} options={roleOptions()} />
    </FormDialog>
  )
}

function roleOptions(): readonly (readonly [string, string])[] {
  return Object.entries(words.value.roles)
}
