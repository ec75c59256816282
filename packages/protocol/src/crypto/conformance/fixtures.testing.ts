import { readFileSync } from 'node:fs'

import type { Vectors } from './vectors.ts'

/** The project's own fixtures: `fixtures/<area>.json`, each with the sources of its vectors. */
export function readFixtures(): Vectors {
  return {
    hash: read('hash'),
    hmac: read('hmac'),
    hkdf: read('hkdf'),
    agreement: read('agreement'),
    signature: read('signature'),
    signing: read('signing'),
    aead: read('aead'),
    decapsulation: read('decapsulation'),
    encapsulation: read('encapsulation'),
    argon2id: read('argon2id'),
    hpke: read('hpke'),
    cpaceRun: read('cpaceRun'),
    cpaceShare: read('cpaceShare'),
    cpaceTags: read('cpaceTags'),
    lengthValue: read('lengthValue'),
  }
}

function read<Area extends keyof Vectors>(area: Area): Vectors[Area] {
  const file = new URL(`../../../fixtures/${area}.json`, import.meta.url)
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vectors[Area] }
  return vectors
}
