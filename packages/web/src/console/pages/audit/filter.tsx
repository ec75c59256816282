import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../../components/field.tsx'
import { Choice } from '../../parts/choice.tsx'
import type { AuditFilter } from '../../state/api.ts'
import { ALL } from '../../state/audit-pages.ts'
import { words } from '../../state/words.ts'

/** What to look for. */
export function Filter({ show }: { readonly show: (filter: AuditFilter) => void }): VNode {
  const t = words.value.audit
  const [actor, action] = [useSignal(''), useSignal('')]
  const [object, outcome] = [useSignal(''), useSignal('')]
  return (
    <form
      class="filter"
      aria-label={t.filter}
      onSubmit={(event) => {
        event.preventDefault()
        show({
          actor: actor.value.trim(),
          action: action.value,
          object: object.value.trim(),
          outcome: outcome.value,
        })
      }}
    >
      <Field kind="name" label={t.actor} value={actor} hint={t.actorHint} />
      <Choice
        label={t.action}
        value={action}
        options={[
          ['', t.any],
          ...Object.entries(t.actions).map(([name, about]) => [name, `${name}: ${about}`] as const),
        ]}
      />
      <Field kind="name" label={t.object} value={object} hint={t.objectHint} />
      <Choice
        label={t.outcome}
        value={outcome}
        options={[
          ['', t.any],
          ['done', t.doneOutcome],
          ['refused', t.refused],
        ]}
      />
      <div class="buttons">
        <button type="submit" class="button jade">
          {t.apply}
        </button>
        <button
          type="reset"
          class="button"
          onClick={() => {
            for (const each of [actor, action, object, outcome]) each.value = ''
            show(ALL)
          }}
        >
          {t.clear}
        </button>
      </div>
    </form>
  )
}
