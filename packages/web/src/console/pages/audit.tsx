import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { FaultNote } from '../parts/fault-note.tsx'
import { TurnPages } from '../parts/turn-pages.tsx'
import { ALL, useAuditPages } from '../state/audit-pages.ts'
import { addressOf } from '../state/client.ts'
import { words } from '../state/words.ts'
import { Check } from './audit/check.tsx'
import { Entries } from './audit/entries.tsx'
import { Filter } from './audit/filter.tsx'

/** The audit record: page through it, look for something, check it, take it away. */
export function Audit(): VNode {
  const { page, show, newer, older } = useAuditPages()
  const { entries, fault, looking } = page
  const t = words.value.audit
  return (
    <>
      <Heading>{words.value.pages.audit}</Heading>
      <p class="lead">{t.body}</p>
      <Check show={(seq) => show(ALL, seq + 1)} />
      <Filter show={show} />
      {fault !== undefined && <FaultNote fault={fault} />}
      <p class="looking" role="status">
        {looking ? t.looking : ''}
      </p>
      <Entries entries={entries} none={looking || fault !== undefined ? '' : t.none} />
      <div class="under">
        <TurnPages
          newerName={t.newer}
          olderName={entries.length === 0 ? t.lookFurther : t.older}
          newer={newer}
          older={older}
        />
        <a class="button" href={addressOf('/audit/export')} download="audit.jsonl">
          {t.export}
        </a>
      </div>
    </>
  )
}
