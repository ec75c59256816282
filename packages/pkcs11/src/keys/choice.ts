import { equal } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { FoundPair, PairUse } from './pairs.ts'

/** Which pairs of a token are meant: by what both are called, or each by its CKA_ID. */
export interface KeyChoice {
  readonly label?: string
  readonly signing?: Uint8Array
  readonly agreement?: Uint8Array
}

/** A pair with a public key. */
export type UsablePair = FoundPair & { readonly publicKey: Uint8Array }

/**
 * The two pairs that are meant: one that signs, another that agrees, both of a kind that cannot leave the token.
 *
 * @throws {HufuError} `ERR_KEY_ABSENT`, saying why, if there is none or more than one for either use.
 */
export function choosePairs(
  found: readonly FoundPair[],
  choice: KeyChoice,
): { readonly signing: UsablePair; readonly agreement: UsablePair } {
  const signing = only(found, choice, 'signing')
  const agreement = only(
    found.filter(({ name }) => name !== signing.name),
    choice,
    'agreement',
  )
  return { signing, agreement }
}

function only(found: readonly FoundPair[], choice: KeyChoice, use: PairUse): UsablePair {
  const can = found.filter(
    (pair) => isMeant(pair, choice, use) && (use === 'signing' ? pair.signs : pair.agrees),
  )
  // tokens let a key sign unless somebody said no: one made for this use alone goes before
  const made = can.filter((pair) => pair.signs !== pair.agrees)
  const named = made.length === 1 ? made : can
  const what = use === 'signing' ? 'signs' : 'agrees (derives)'
  const [pair, second] = named.filter(({ stays }) => stays)
  if (second !== undefined)
    throw absent(`more than one key there ${what}: choose by id, ${idsOf(named)}`)
  if (pair === undefined)
    throw absent(
      named.length > 0
        ? `the key that ${what} can be taken out of the token: ${idsOf(named)}`
        : `no P-256 key of that name there ${what}`,
    )
  const { publicKey } = pair
  if (publicKey === undefined)
    throw absent(`neither a public key nor a certificate lies beside ${idsOf([pair])}`)
  return { ...pair, publicKey }
}

function isMeant({ name }: FoundPair, choice: KeyChoice, use: PairUse): boolean {
  const id = choice[use]
  if (id !== undefined) return equal(name.id, id)
  return choice.label === undefined || name.label === choice.label
}

function idsOf(pairs: readonly FoundPair[]): string {
  return pairs
    .map(({ name }) => `${Buffer.from(name.id).toString('hex')} (${name.label})`)
    .join(', ')
}

function absent(message: string): HufuError {
  return new HufuError('ERR_KEY_ABSENT', message)
}
