import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import {
  listOperators,
  removeOperator,
  resetOperator,
  type OpeningCode,
  type Operator,
} from '../state/api.ts'
import { duration } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { linkTo } from '../state/place.ts'
import { may } from '../state/session.ts'
import { words } from '../state/words.ts'
import { AddOperator, ChangeRole } from './operators/dialogs.tsx'
import { OperatorList, type OperatorAct } from './operators/list.tsx'

type Asking =
  | { readonly at: 'add' }
  | { readonly at: OperatorAct; readonly operator: Operator }
  | { readonly at: 'code'; readonly name: string; readonly code: OpeningCode }

/** Who has an account. */
export function Operators(): VNode {
  const { live, reload } = useLive(listOperators, 0)
  const asking = useSignal<Asking | undefined>(undefined)
  const told = useSignal('')
  const t = words.value.operators
  const now = asking.value
  const close = (): void => void (asking.value = undefined)
  const done = (text: string): void => {
    told.value = text
    close()
    reload()
  }
  const issued = (name: string, code: OpeningCode): void => {
    asking.value = { at: 'code', name, code }
    reload()
  }
  return (
    <>
      <Heading>{words.value.pages.operators}</Heading>
      <p class="lead">{t.body}</p>
      {may('operators.write') && (
        <div class="buttons above">
          <button
            type="button"
            class="button bronze"
            onClick={() => (asking.value = { at: 'add' })}
          >
            {t.add}
          </button>
        </div>
      )}
      <p class="told-of" role="status">
        {told.value}
      </p>
      <Loaded live={live} again={reload}>
        {({ operators }) => (
          <OperatorList
            operators={operators}
            ask={(at, operator) => (asking.value = { at, operator })}
          />
        )}
      </Loaded>
      {now?.at === 'add' && <AddOperator added={issued} close={close} />}
      {now?.at === 'role' && (
        <ChangeRole
          operator={now.operator}
          changed={() => done(t.changed(now.operator.name))}
          close={close}
        />
      )}
      {now?.at === 'reset' && (
        <Confirm
          heading={t.resetOf(now.operator.name)}
          verb={t.reset}
          work={() => resetOperator(now.operator.name)}
          done={(code) => issued(now.operator.name, code)}
          close={close}
        >
          <p>{t.resetBody}</p>
        </Confirm>
      )}
      {now?.at === 'remove' && (
        <Confirm
          heading={t.removeOf(now.operator.name)}
          verb={t.remove}
          work={() => removeOperator(now.operator.name)}
          done={() => done(t.removed(now.operator.name))}
          close={close}
        >
          <p>{t.removeBody}</p>
        </Confirm>
      )}
      {now?.at === 'code' && (
        <ShownOnce
          heading={t.codeHeading(now.name)}
          body={t.codeBody(setupAddress(), duration(roundedUp(now.code.expires - Date.now())))}
          label={t.code}
          secret={now.code.code}
          close={close}
        />
      )}
    </>
  )
}

/** Where a code is used. */
function setupAddress(): string {
  return new URL(linkTo('setup'), location.href.replace(/#.*$/, '')).href
}

const MINUTE_MS = 60_000

function roundedUp(ms: number): number {
  return Math.ceil(ms / MINUTE_MS) * MINUTE_MS
}
