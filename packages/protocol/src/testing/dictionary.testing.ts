import {
  dictionary,
  generatorFor,
  GUESSES,
  overhear,
  product,
  type Overheard,
} from './eavesdropper.testing.ts'
import { equal, seededRandomForTests, utf8, type Random } from '../crypto/index.ts'

/** Of each test of the attacker's: how many candidates pass, and whether the right one is among them. */
export interface Attack {
  readonly candidates: number
  readonly survivors: Readonly<Record<string, number>>
}

/** Overhears one pairing with the words in the middle of the dictionary, and tries every candidate in every way. */
export function attack(candidates: number): Attack {
  const words = dictionary(candidates)
  const heard = overhear(words[candidates >> 1]!)
  const survivors: Record<string, number> = Object.fromEntries(
    Object.keys(GUESSES).map((name) => [name, 0]),
  )
  for (const each of words) {
    const generator = generatorFor(each, heard)
    for (const [name, guess] of Object.entries(GUESSES)) {
      if (guess(each, generator, heard)) survivors[name] = (survivors[name] ?? 0) + 1
    }
  }
  return { candidates, survivors }
}

/**
 * The same attacker, given the answerer's ephemeral scalar as if it had leaked: now every candidate can be tested. Returns
 * the candidates that pass.
 */
export function attackWithLeakedScalar(candidates: number): readonly string[] {
  const words = dictionary(candidates)
  const drawn: Uint8Array[] = []
  const source = seededRandomForTests(utf8('leak'))
  const leaking: Random = (octets) => {
    const made = source(octets)
    drawn.push(made.slice())
    return made
  }
  const heard = overhear(words[candidates >> 1]!, leaking)
  return words.filter((each) => made(each, heard, drawn))
}

function made(words: string, heard: Overheard, leaked: readonly Uint8Array[]): boolean {
  const generator = generatorFor(words, heard)
  return leaked.some(
    (scalar) => scalar.length === 32 && equal(product(scalar, generator), heard.yb),
  )
}
