import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { listAudit, type AuditFilter, type Entry } from './api.ts'
import type { Fault } from './client.ts'

/** A page of the audit record, or as much of it as was found so far. */
export interface AuditPage {
  readonly entries: readonly Entry[]
  /** Older entries are being looked through. */
  readonly looking: boolean
  readonly fault: Fault | undefined
  /** Where the page after it begins; null: there is none. */
  readonly next: number | null
}

/** The audit record page by page, the newest first. */
export interface AuditPages {
  readonly page: AuditPage
  /** Shows what fits, before that number; undefined: from the newest. */
  show(filter: AuditFilter, before?: number): void
  readonly newer: (() => void) | undefined
  readonly older: (() => void) | undefined
}

/** Lets everything through. */
export const ALL: AuditFilter = { actor: '', action: '', object: '', outcome: '' }

/** Entries on a page, and requests that one press may cost: each looks through thousands. Our choice. */
const ON_PAGE = 50
const MOST_REQUESTS = 25

interface Query {
  readonly filter: AuditFilter
  /** Where the page begins; undefined: at the newest. */
  readonly before: number | undefined
  /** Where the pages before it began. */
  readonly behind: readonly (number | undefined)[]
}

/** One for a component. */
export function useAuditPages(): AuditPages {
  const query = useSignal<Query>({ filter: ALL, before: undefined, behind: [] })
  const page = useSignal<AuditPage>({ entries: [], looking: true, fault: undefined, next: null })
  const now = query.value
  const { next } = page.value

  useEffect(() => {
    let here = true
    const look = async (): Promise<void> => {
      const entries: Entry[] = []
      let { before } = now
      page.value = { ...page.value, looking: true, fault: undefined, next: null }
      for (let left = MOST_REQUESTS; left > 0; left -= 1) {
        const answer = await listAudit(now.filter, before, ON_PAGE - entries.length)
        if (!here) return
        if (!answer.ok) {
          page.value = { entries, looking: false, fault: answer.fault, next: null }
          return
        }
        const { next } = answer.value
        entries.push(...answer.value.entries)
        const looking = next !== null && entries.length < ON_PAGE && left > 1
        page.value = { entries: [...entries], looking, fault: undefined, next }
        if (!looking) return
        before = next
      }
    }
    void look()
    return () => {
      here = false
    }
  }, [now])

  return {
    page: page.value,
    show: (filter, before) => void (query.value = { filter, before, behind: [] }),
    newer:
      now.behind.length === 0
        ? undefined
        : () => {
            const { behind } = now
            query.value = { ...now, before: behind.at(-1), behind: behind.slice(0, -1) }
          },
    older:
      next === null || page.value.looking
        ? undefined
        : () => (query.value = { ...now, before: next, behind: [...now.behind, now.before] }),
  }
}
