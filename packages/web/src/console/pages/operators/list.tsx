import type { VNode } from 'preact'
import { Table, type Column } from '../../parts/table.tsx'
import type { Operator } from '../../state/api.ts'
import { day } from '../../state/format.ts'
import { may, session } from '../../state/session.ts'
import { words } from '../../state/words.ts'

/** What is done to an account. */
export type OperatorAct = 'role' | 'reset' | 'remove'

/** All accounts, with what may be done to each. */
export function OperatorList(props: {
  readonly operators: readonly Operator[]
  readonly ask: (act: OperatorAct, operator: Operator) => void
}): VNode {
  const { operators, ask } = props
  const t = words.value.operators
  const now = session.value
  const self = now.at === 'in' ? now.who.operator : ''
  const acts: Column<Operator> = {
    title: '',
    kind: 'acts',
    cell: (operator) => <Acts operator={operator} ask={ask} last={isLast(operators, operator)} />,
  }
  return (
    <Table<Operator>
      caption={words.value.pages.operators}
      rows={operators}
      keyOf={({ name }) => name}
      columns={[
        {
          title: t.user,
          kind: 'heading',
          cell: ({ name }) => (
            <>
              {name}
              {name === self && <span class="badge">{t.you}</span>}
            </>
          ),
        },
        { title: t.role, cell: ({ role }) => words.value.roles[role] ?? role },
        { title: t.state, cell: ({ invited }) => (invited ? t.invited : t.open) },
        { title: t.created, cell: ({ created }) => day(created) },
        ...(may('operators.write') ? [acts] : []),
      ]}
    />
  )
}

function Acts(props: {
  readonly operator: Operator
  readonly ask: (act: OperatorAct, operator: Operator) => void
  readonly last: boolean
}): VNode {
  const { operator, ask, last } = props
  const t = words.value.operators
  const button = (act: OperatorAct, verb: string, name: string): VNode => (
    <button type="button" class="button" aria-label={name} onClick={() => ask(act, operator)}>
      {verb}
    </button>
  )
  return (
    <>
      <div class="buttons">
        {!last && button('role', t.changeRole, t.changeRoleOf(operator.name))}
        {button('reset', t.reset, t.resetOf(operator.name))}
        {!last && button('remove', t.remove, t.removeOf(operator.name))}
      </div>
      {last && <p class="small">{t.last}</p>}
    </>
  )
}

/** Whether without this account nobody could run the server. */
function isLast(operators: readonly Operator[], { name }: Operator): boolean {
  const able = operators.filter(({ role, invited }) => role === 'operator' && !invited)
  return able.length === 1 && able[0]!.name === name
}
