import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { secondsSince } from '../../../state/clock.ts'
import { FaultNote } from '../../parts/fault-note.tsx'
import { State } from '../../parts/facts.tsx'
import { useAct } from '../../state/act.ts'
import { verifyAudit, type Verdict } from '../../state/api.ts'
import { count, duration } from '../../state/format.ts'
import { words } from '../../state/words.ts'

/** Checks the whole record, and leads to the first entry that is wrong. */
export function Check({ show }: { readonly show: (seq: number) => void }): VNode {
  const act = useAct()
  const began = useSignal(0)
  const verdict = useSignal<Verdict | undefined>(undefined)
  const t = words.value.audit
  const check = async (): Promise<void> => {
    began.value = performance.now()
    verdict.value = undefined
    verdict.value = await act.run(verifyAudit)
  }
  const found = verdict.value
  return (
    <section class="card check" aria-labelledby="audit-check">
      <div class="titled">
        <div>
          <h2 id="audit-check">{t.checkHeading}</h2>
          <p>{t.checkBody}</p>
        </div>
        <button
          type="button"
          class="button jade"
          aria-disabled={act.busy}
          onClick={() => void check()}
        >
          {t.check}
        </button>
      </div>
      {act.busy && <Checking since={began.value} />}
      {act.fault !== undefined && <FaultNote fault={act.fault} />}
      <div class="verdict" role="status">
        {found !== undefined && <Found verdict={found} show={show} />}
      </div>
    </section>
  )
}

function Checking({ since }: { readonly since: number }): VNode {
  const { checking, checkHeading } = words.value.audit
  return (
    <div>
      <progress aria-label={checkHeading} />
      <p class="small" role="timer" aria-live="off">
        {checking(duration(secondsSince(since) * 1_000))}
      </p>
    </div>
  )
}

function Found(props: { readonly verdict: Verdict; readonly show: (seq: number) => void }): VNode {
  const { entries, marks, marked, publicKey, fault } = props.verdict
  const t = words.value.audit
  if (fault === null)
    return (
      <>
        <p>
          <State good>{t.good(count(entries))}</State>
        </p>
        <p class="small">{marked === 0 ? t.unmarked : t.goodBody(count(marks), count(marked))}</p>
        {publicKey !== null && (
          <p class="small">
            {t.key} <code translate={false}>{publicKey}</code>
          </p>
        )}
      </>
    )
  return (
    <>
      <p>
        <State good={false}>{t.bad}</State>
      </p>
      <p class="what">{t.faults[fault.is]?.(count(fault.seq)) ?? fault.text}</p>
      {fault.seq > 0 && (
        <button type="button" class="button" onClick={() => props.show(fault.seq)}>
          {t.show(count(fault.seq))}
        </button>
      )}
    </>
  )
}
