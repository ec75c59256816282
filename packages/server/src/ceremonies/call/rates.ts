import { sourceRates } from '../../admin/source-rates.ts'
import type { CallPorts } from './ports.ts'

/** How often one user may have others rung. */
export interface Rates {
  /** False if this is once too often. */
  take(user: string): boolean
}

/** By `callsPerMinute`: so many at once, and so many a minute lasting. */
export function ratesOf({ clock, config }: Pick<CallPorts, 'clock' | 'config'>): Rates {
  const { callsPerMinute: most } = config
  const rates = sourceRates(most / 60, most)
  return { take: (user) => rates.take(user, clock.now()) }
}
