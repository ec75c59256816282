import type { Ms } from '@hufu/protocol/wire'
import { bucket, type Bucket } from '../gateway/rate.ts'

/** Sources that are remembered. Our choice: some hundred kilobytes. */
const MOST_SOURCES = 4_096

/** Lets each source through so often a second, and so often at once. The longest unheard source is forgotten first. */
export function sourceRates(
  perSecond: number,
  burst: number,
): { take(source: string, now: Ms): boolean } {
  const buckets = new Map<string, Bucket>()
  return {
    take(source, now) {
      const mine = buckets.get(source) ?? bucket(perSecond, burst, now)
      buckets.delete(source)
      buckets.set(source, mine)
      if (buckets.size > MOST_SOURCES) buckets.delete(buckets.keys().next().value!)
      return mine.take(1, now)
    },
  }
}
