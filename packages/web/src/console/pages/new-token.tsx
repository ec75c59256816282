import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../components/field.tsx'
import { Choice } from '../parts/choice.tsx'
import { Permission } from '../parts/fault-note.tsx'
import { FormDialog } from '../parts/form-dialog.tsx'
import { useAct } from '../state/act.ts'
import { createToken, type NewToken } from '../state/api.ts'
import { duration } from '../state/format.ts'
import { session } from '../state/session.ts'
import { words } from '../state/words.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const LIFETIMES_MS = [HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 90 * DAY_MS, 365 * DAY_MS]
/** Our choice: what is forgotten is over in a month. */
const USUAL_MS = 30 * DAY_MS

/** Makes a token: what it is for, what it may do, how long it is good. */
export function NewTokenDialog(props: {
  readonly made: (token: NewToken) => void
  readonly close: () => void
}): VNode {
  const { made, close } = props
  const now = session.value
  const own = now.at === 'in' ? now.who.permissions : []
  const name = useSignal('')
  const lifetime = useSignal(String(USUAL_MS))
  const scope = useSignal<readonly string[]>([])
  const error = useSignal<string | undefined>(undefined)
  const act = useAct()
  const t = words.value.tokens
  const submit = async (): Promise<void> => {
    const given = name.value.trim()
    error.value = given === '' ? t.badLabel : undefined
    if (given === '') return
    const wish = { name: given, scope: scope.value, lifetimeMs: Number(lifetime.value) }
    const token = await act.run(() => createToken(wish))
    if (token !== undefined) made(token)
  }
  return (
    <FormDialog heading={t.create} verb={t.create} act={act} submit={submit} close={close}>
      <Field
        kind="name"
        label={t.label}
        value={name}
        hint={t.labelHint}
        error={error.value}
        focus
      />
      <fieldset class="scope">
        <legend>{t.scope}</legend>
        {own.map((each) => (
          <label key={each}>
            <input
              type="checkbox"
              checked={scope.value.includes(each)}
              onChange={(event) => {
                const rest = scope.value.filter((one) => one !== each)
                scope.value = event.currentTarget.checked ? [...rest, each] : rest
              }}
            />
            <span>
              <Permission name={each} />
            </span>
          </label>
        ))}
      </fieldset>
      <Choice
        label={t.lifetime}
        value={lifetime}
        options={LIFETIMES_MS.map((ms) => [String(ms), duration(ms)])}
      />
    </FormDialog>
  )
}
