import type { Roster } from '../../group/roster.ts'

/** The last rosters of earlier terms, as their hosts have signed them: for those who were not there when the host changed. */
export interface Formers {
  /** The term is over. */
  keep(roster: Roster): void
  /** Of that term. */
  of(term: number): Roster | undefined
}

/** Our choice: some hundred octets for each member and term. */
const MOST_TERMS = 8

/** None yet. */
export function formerRosters(): Formers {
  let kept: readonly Roster[] = []
  return {
    keep(roster) {
      const others = kept.filter(({ term }) => term !== roster.term)
      kept = [roster, ...others].slice(0, MOST_TERMS)
    },
    of: (wanted) => kept.find(({ term }) => term === wanted),
  }
}
