import { useSignal } from '@preact/signals'
import type { ErrorCode } from '@hufu/terminal'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { text } from '../../state/language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Facts, State } from '../parts/facts.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Table } from '../parts/table.tsx'
import { readVault, rotateVault, type Vault as VaultState } from '../state/api.ts'
import { count } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { may } from '../state/session.ts'
import { words } from '../state/words.ts'

/** Milliseconds between two looks: at a change that goes on, and otherwise. */
const BUSY_MS = 500
const IDLE_MS = 10_000

/** What is kept, under which master keys, and the change of one. */
export function Vault(): VNode {
  const changing = useSignal(false)
  /** Since somebody asked for a change here, and since it was seen that none goes on any more. */
  const [asked, changed] = [useSignal(false), useSignal(false)]
  const asking = useSignal(false)
  const { live, reload } = useLive(
    async () => {
      const wasAsked = asked.value
      const answer = await readVault()
      if (answer.ok) {
        changing.value = answer.value.change !== null
        changed.value = wasAsked && !changing.value
      }
      return answer
    },
    changing.value ? BUSY_MS : IDLE_MS,
  )
  const t = words.value.vault
  return (
    <>
      <Heading>{words.value.pages.vault}</Heading>
      <p class="lead">{t.body}</p>
      <Loaded live={live} again={reload}>
        {(vault) => (
          <>
            <Facts
              facts={[
                [t.secrets, count(vault.secrets)],
                [
                  t.allDataKeys,
                  count(vault.masters.reduce((sum, { dataKeys }) => sum + dataKeys, 0)),
                ],
                [t.masters, count(vault.masters.length)],
              ]}
            />
            <Masters vault={vault} />
            {may('vault.rotate') && (
              <button
                type="button"
                class="button red"
                disabled={vault.change !== null}
                onClick={() => (asking.value = true)}
              >
                {t.rotate}
              </button>
            )}
            <Change vault={vault} changed={changed.value} />
          </>
        )}
      </Loaded>
      {asking.value && (
        <Confirm
          heading={t.rotateHeading}
          verb={t.rotate}
          work={rotateVault}
          done={() => {
            asking.value = false
            asked.value = true
            changed.value = false
            changing.value = true
            reload()
          }}
          close={() => (asking.value = false)}
        >
          <p>{t.rotateBody}</p>
        </Confirm>
      )}
    </>
  )
}

function Masters({ vault }: { readonly vault: VaultState }): VNode {
  const t = words.value.vault
  return (
    <Table<VaultState['masters'][number]>
      caption={t.masters}
      rows={vault.masters}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t.master,
          kind: 'heading',
          cell: ({ id }) => (
            <code class="id" translate={false}>
              {id}
            </code>
          ),
        },
        {
          title: t.state,
          cell: ({ state }) => (state === 'current' ? <State good>{t.current}</State> : t.leaving),
        },
        { title: t.dataKeys, kind: 'number', cell: ({ dataKeys }) => count(dataKeys) },
      ]}
    />
  )
}

/** How far a change is, and what became of the last. */
function Change(props: { readonly vault: VaultState; readonly changed: boolean }): VNode {
  const { change, lastFailure } = props.vault
  const t = words.value.vault
  const { errors } = text.value
  return (
    <div class="change" role="status">
      {change !== null && (
        <>
          <p class="what">{t.changing}</p>
          <progress
            aria-label={t.changing}
            {...(change.total === 0 ? {} : { value: change.done, max: change.total })}
          />
          <p class="small">{t.progress(count(change.done), count(change.total))}</p>
        </>
      )}
      {change === null && lastFailure !== null && (
        <p>
          <State good={false}>{t.failed}</State>{' '}
          {Object.hasOwn(errors, lastFailure) && errors[lastFailure as ErrorCode].what}{' '}
          <code translate={false}>{lastFailure}</code>
        </p>
      )}
      {change === null && lastFailure === null && props.changed && (
        <p>
          <State good>{t.changed}</State>
        </p>
      )}
    </div>
  )
}
