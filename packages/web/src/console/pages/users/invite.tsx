import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../../components/field.tsx'
import { text } from '../../../state/language.ts'
import { Choice } from '../../parts/choice.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { useAct } from '../../state/act.ts'
import { moment } from '../../state/format.ts'
import { invite, type Invited } from '../../state/users-api.ts'
import { words } from '../../state/words.ts'

/** An invitation that was made, and what for. */
export type InvitedFor = Invited & { readonly kind: 'key' | 'terminal' }

/** Invites somebody: a new user, or one to a further key or for a terminal's chip. */
export function InviteDialog(props: {
  /** Who is invited; undefined: asks. */
  readonly user?: string
  readonly invited: (made: Invited, kind: InvitedFor['kind']) => void
  readonly close: () => void
}): VNode {
  const { user, invited, close } = props
  const [id, kind] = [useSignal(user ?? ''), useSignal('key')]
  const isBad = useSignal(false)
  const act = useAct()
  const t = words.value.users
  const submit = async (): Promise<void> => {
    const given = id.value.trim()
    isBad.value = given === ''
    if (isBad.value) return
    const what = kind.value === 'terminal' ? 'terminal' : 'key'
    const made = await act.run(() => invite(given, what))
    if (made !== undefined) invited(made, what)
  }
  return (
    <FormDialog
      heading={user === undefined ? t.invite : t.inviteOf(user)}
      verb={t.makeCode}
      act={act}
      submit={submit}
      close={close}
      advice={act.fault?.code === 'ERR_AUTHORITY' ? t.apart : undefined}
    >
      <p>{t.inviteBody}</p>
      {user === undefined && (
        <Field
          kind="user"
          label={t.user}
          value={id}
          hint={t.userHint}
          error={isBad.value ? text.value.errors.ERR_USER_ID.next : undefined}
          focus
        />
      )}
      <Choice
        label={t.inviteFor}
        value={kind}
        options={[
          ['key', t.forKey],
          ['terminal', t.forTerminal],
        ]}
      />
    </FormDialog>
  )
}

/** The code, and for a key the link that has it behind `#`, which no browser sends to a server. */
export function InvitedOnce(props: {
  readonly made: InvitedFor
  readonly close: () => void
}): VNode {
  const { code, enrolUrl, expires, kind, user } = props.made
  const t = words.value.users
  const at = enrolUrl ?? new URL('.', location.href).href
  const link = `${at.replace(/\/$/, '')}/#enrol=${code}`
  const until = moment(expires)
  return (
    <ShownOnce
      heading={t.codeHeading(user)}
      body={kind === 'key' ? t.keyCodeBody(until) : t.terminalCodeBody(until)}
      label={t.code}
      secret={code}
      {...(kind === 'key' ? { use: { label: t.link, line: link } } : {})}
      close={props.close}
    />
  )
}
