import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { FaultNote } from '../../parts/fault-note.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Table } from '../../parts/table.tsx'
import { useAct } from '../../state/act.ts'
import { endOtherSessions, otherSessions, type OtherSession } from '../../state/api.ts'
import { ago, count, moment } from '../../state/format.ts'
import { useLive } from '../../state/live.ts'
import { words } from '../../state/words.ts'

/** Where else one is signed in. */
export function Elsewhere(): VNode {
  const { live, reload } = useLive(otherSessions, 0)
  const told = useSignal('')
  const act = useAct()
  const t = words.value.account
  const end = async (): Promise<void> => {
    const done = await act.run(endOtherSessions)
    if (done === undefined) return
    told.value = t.endedOthers(count(done.ended))
    reload()
  }
  return (
    <section class="elsewhere" aria-labelledby="elsewhere">
      <h2 id="elsewhere">{t.elsewhere}</h2>
      <p class="told-of" role="status">
        {told.value}
      </p>
      <Loaded live={live} again={reload}>
        {({ sessions }) => (
          <>
            {sessions.length > 0 && <p>{t.elsewhereBody}</p>}
            <List sessions={sessions} />
            {act.fault !== undefined && <FaultNote fault={act.fault} />}
            {sessions.length > 0 && (
              <button
                type="button"
                class="button"
                aria-disabled={act.busy}
                onClick={() => void end()}
              >
                {t.endOthers}
              </button>
            )}
          </>
        )}
      </Loaded>
    </section>
  )
}

function List({ sessions }: { readonly sessions: readonly OtherSession[] }): VNode {
  const t = words.value.account
  return (
    <Table<OtherSession>
      caption={t.elsewhere}
      none={t.nowhereElse}
      rows={sessions}
      keyOf={({ created, lastUsed, keeper }) => `${keeper} ${created} ${lastUsed}`}
      columns={[
        {
          title: t.keeper,
          kind: 'heading',
          cell: ({ keeper }) => (keeper === 'browser' ? t.browser : t.program),
        },
        { title: t.since, cell: ({ created }) => moment(created) },
        { title: t.lastUsed, cell: ({ lastUsed }) => ago(lastUsed) },
      ]}
    />
  )
}
