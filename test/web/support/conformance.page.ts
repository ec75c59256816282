import type { Backend } from '../../../packages/protocol/src/crypto/backend.ts'
import { utf8 } from '../../../packages/protocol/src/crypto/bytes.ts'
import { conformance } from '../../../packages/protocol/src/crypto/conformance.ts'
import type { Vectors } from '../../../packages/protocol/src/crypto/conformance/vectors.ts'
import { backend as noble } from '../../../packages/protocol/src/crypto/noble/index.ts'
import { seededRandomForTests } from '../../../packages/protocol/src/crypto/random.ts'

/** What came of it: how many checks passed, and the names of those that did not. */
export interface Outcome {
  readonly backend: string
  readonly passed: number
  readonly failed: readonly string[]
}

/** A backend with one primitive that a careless implementation might have. */
const FAULTY: Backend = { ...noble, ed25519: { ...noble.ed25519, verify: () => true } }

/** Runs in a page: the backend that a browser gets, or the faulty one, over all vectors. */
export function run(vectors: Vectors, faulty: boolean): Outcome {
  const failed: string[] = []
  let passed = 0
  const random = seededRandomForTests(utf8('conformance'))
  conformance(faulty ? FAULTY : noble, vectors, random, (name, ok, detail) => {
    if (ok) passed += 1
    else failed.push(detail === undefined ? name : `${name}: ${detail}`)
  })
  return { backend: noble.name, passed, failed }
}
