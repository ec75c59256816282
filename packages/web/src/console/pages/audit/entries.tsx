import type { ErrorCode } from '@hufu/terminal'
import type { VNode } from 'preact'
import { text } from '../../../state/language.ts'
import { State } from '../../parts/facts.tsx'
import { Table } from '../../parts/table.tsx'
import type { Entry } from '../../state/api.ts'
import { count, moment } from '../../state/format.ts'
import { words } from '../../state/words.ts'

/** Entries of the audit record. */
export function Entries(props: {
  readonly entries: readonly Entry[]
  /** Said where there is none. */
  readonly none: string
}): VNode {
  const t = words.value.audit
  return (
    <Table<Entry>
      caption={words.value.pages.audit}
      none={props.none}
      rows={props.entries}
      keyOf={({ seq }) => seq}
      columns={[
        { title: t.number, kind: 'heading', cell: ({ seq }) => count(seq) },
        { title: t.time, cell: ({ at }) => moment(at) },
        { title: t.actor, cell: ({ actor }) => <code translate={false}>{actor}</code> },
        { title: t.action, cell: ({ action }) => <What action={action} /> },
        { title: t.object, cell: ({ object }) => <Thing {...object} /> },
        { title: t.outcome, cell: ({ outcome }) => <Outcome outcome={outcome} /> },
        { title: t.detail, cell: ({ detail }) => <Detail detail={detail} /> },
      ]}
    />
  )
}

function What({ action }: { readonly action: string }): VNode {
  const about = words.value.audit.actions[action]
  return (
    <>
      {about ?? action}
      {about !== undefined && (
        <code class="small under-it" translate={false}>
          {action}
        </code>
      )}
    </>
  )
}

function Thing({ kind, id }: Entry['object']): VNode {
  return (
    <>
      <span class="small">{kind}</span>{' '}
      {id !== '' && (
        <code class="id" translate={false}>
          {id}
        </code>
      )}
    </>
  )
}

function Outcome({ outcome }: { readonly outcome: string }): VNode {
  const { errors } = text.value
  const isKnown = Object.hasOwn(errors, outcome)
  if (outcome === 'done') return <State good>{words.value.audit.doneOutcome}</State>
  return (
    <span title={isKnown ? errors[outcome as ErrorCode].what : undefined}>
      <State good={false}>
        <code translate={false}>{outcome}</code>
      </State>
    </span>
  )
}

function Detail({ detail }: { readonly detail: Entry['detail'] }): VNode {
  return (
    <ul class="detail">
      {Object.entries(detail).map(([name, value]) => (
        <li key={name}>
          <span class="small">{name}</span> <code translate={false}>{shown(value)}</code>
        </li>
      ))}
    </ul>
  )
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
