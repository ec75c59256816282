import type { Backend } from './backend.ts'
import * as compositions from './conformance/compositions.ts'
import * as primitives from './conformance/primitives.ts'
import { PROPERTIES } from './conformance/properties.ts'
import type { Vectors } from './conformance/vectors.ts'
import type { Random } from './random.ts'

/** Told of every check once. `detail` says what was thrown, if that is why it failed. */
export type Report = (name: string, ok: boolean, detail?: string) => void

/**
 * Whether a backend computes what the specifications say: runs anywhere, with no test runner, over the project's
 * fixtures or any set of the same form. A list without vectors is reported as a failure, so that nothing passes by
 * being left out.
 *
 * @param random for the checks that hold for any keys.
 */
export function conformance(
  backend: Backend,
  vectors: Vectors,
  random: Random,
  report: Report,
): void {
  const each = <V extends { readonly id: string }>(
    area: keyof Vectors,
    list: readonly V[],
    holds: (backend: Backend, vector: V) => boolean,
  ): void => {
    if (list.length === 0) report(`${area}: has vectors`, false)
    for (const vector of list) {
      check(`${area}: ${vector.id}`, () => holds(backend, vector), report)
    }
  }
  each('hash', vectors.hash, primitives.hash)
  each('hmac', vectors.hmac, primitives.hmac)
  each('hkdf', vectors.hkdf, primitives.hkdf)
  each('agreement', vectors.agreement, primitives.agreement)
  each('signature', vectors.signature, primitives.signature)
  each('signing', vectors.signing, primitives.signing)
  each('aead', vectors.aead, primitives.aead)
  each('decapsulation', vectors.decapsulation, primitives.decapsulation)
  each('encapsulation', vectors.encapsulation, primitives.encapsulation)
  each('argon2id', vectors.argon2id, primitives.argon2id)
  each('hpke', vectors.hpke, compositions.hpke)
  each('cpaceRun', vectors.cpaceRun, compositions.cpaceRun)
  each('cpaceShare', vectors.cpaceShare, compositions.cpaceShare)
  each('cpaceTags', vectors.cpaceTags, compositions.cpaceTags)
  each('lengthValue', vectors.lengthValue, compositions.lengthValue)
  for (const [name, holds] of Object.entries(PROPERTIES)) {
    check(name, () => holds(backend, random), report)
  }
}

function check(name: string, holds: () => boolean, report: Report): void {
  try {
    report(name, holds())
  } catch (error) {
    report(name, false, String(error))
  }
}
