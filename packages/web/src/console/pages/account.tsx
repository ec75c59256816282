import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../components/field.tsx'
import { Heading } from '../../components/heading.tsx'
import { Facts } from '../parts/facts.tsx'
import { FaultNote, Permission } from '../parts/fault-note.tsx'
import { useAct } from '../state/act.ts'
import { changePassphrase, session } from '../state/session.ts'
import { words } from '../state/words.ts'
import { Elsewhere } from './account/elsewhere.tsx'

/** Whoever is signed in: who that is, their passphrase, and where else they are signed in. */
export function Account(): VNode {
  const now = session.value
  const { account: t, roles, pages } = words.value
  if (now.at !== 'in') return <Heading>{pages.account}</Heading>
  const { operator, role, permissions } = now.who
  return (
    <>
      <Heading>{pages.account}</Heading>
      <Facts
        facts={[
          [t.user, operator],
          [t.role, roles[role] ?? role],
        ]}
      />
      <div class="cards two">
        <Passphrase />
        <section class="card" aria-labelledby="may">
          <h2 id="may">{t.may}</h2>
          <ul class="permissions">
            {permissions.map((each) => (
              <li key={each}>
                <Permission name={each} />
              </li>
            ))}
          </ul>
        </section>
      </div>
      <Elsewhere />
    </>
  )
}

function Passphrase(): VNode {
  const [present, next, again] = [useSignal(''), useSignal(''), useSignal('')]
  const differ = useSignal(false)
  const told = useSignal('')
  const act = useAct()
  const { account: t, entrance } = words.value
  const submit = async (): Promise<void> => {
    told.value = ''
    differ.value = next.value !== again.value
    if (differ.value) return
    if ((await act.run(() => changePassphrase(present.value, next.value))) === undefined) return
    for (const each of [present, next, again]) each.value = ''
    told.value = t.changed
  }
  return (
    <section class="card" aria-labelledby="passphrase">
      <h2 id="passphrase">{t.passphraseHeading}</h2>
      <p>{t.passphraseBody}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Field
          kind="passphrase"
          label={t.present}
          value={present}
          autocomplete="current-password"
        />
        <Field
          kind="passphrase"
          label={entrance.newPassphrase}
          value={next}
          hint={entrance.passphraseHint}
          autocomplete="new-password"
        />
        <Field
          kind="passphrase"
          label={entrance.repeat}
          value={again}
          error={differ.value ? entrance.differ : undefined}
          autocomplete="new-password"
        />
        {act.fault !== undefined && <FaultNote fault={act.fault} />}
        <button type="submit" class="button jade" aria-disabled={act.busy}>
          {t.change}
        </button>
        <p class="told-of" role="status">
          {told.value}
        </p>
      </form>
    </section>
  )
}
