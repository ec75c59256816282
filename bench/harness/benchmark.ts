import type { Figure } from './figures.ts'
import type { Scope } from './scope.ts'

/** One of `npm run bench -- NAME`. */
export interface Benchmark {
  readonly name: string
  /** What is measured and included, for the page that shows the results. */
  readonly about: string
  /** Debian packages of the peers. */
  readonly packages: readonly string[]
  /** Milliseconds that it may take in all. */
  readonly limitMs: number
  /** `say` tells who waits how far it is. */
  run(scope: Scope, say: (text: string) => void): Promise<Findings>
}

export interface Findings {
  readonly figures: readonly Figure[]
  readonly notes: readonly string[]
}
