import type { Random } from '@hufu/protocol/crypto'
import type { SecurityKey } from '@hufu/protocol/identity'
import { prove, proveByChip, type Act } from '@hufu/protocol/signin'
import { HufuError, type ErrorCode, type Outcome } from '@hufu/protocol/wire'
import type { Chip } from './chip.ts'
import type { AnswerOf, Requests } from './requests.ts'

/** What proves an act, ready to be sent. */
export type Proof = Awaited<ReturnType<typeof prove>> | ReturnType<typeof proveByChip>

/** Asks for challenges and answers them. Everything rejects as {@link Requests}, and as the key or the chip does. */
export interface Proofs {
  challenge(
    act: Act,
    by: 'key' | 'chip',
    user: string | null,
  ): Promise<AnswerOf<'signin.challenge'>>
  /** @param subject of a release the terminal's communication ID, of a revocation the key's id, 32 octets. */
  byKey(key: SecurityKey, act: Exclude<Act, 'add-key'>, subject?: Uint8Array): Promise<Proof>
  /** Rejects with `ERR_CHIP_UNKNOWN` if the server knows none of this terminal. */
  byChip(chip: Chip, act: 'sign-in' | 'release'): Promise<Proof>
}

/** Proofs over these requests. */
export function proofsOver(requests: Requests, random: Random): Proofs {
  const challenge: Proofs['challenge'] = async (act, by, user) => {
    const ref = await requests.begin()
    return requests.exchange({ type: 'signin.ask', ref, act, by, user }, 'signin.challenge')
  }
  return {
    challenge,
    async byKey(key, act, subject) {
      const asked = await challenge(act, 'key', key.user)
      const what = { act, place: requests.place(), ...(subject === undefined ? {} : { subject }) }
      return prove(key, asked, what, random)
    },
    async byChip(chip, act) {
      const asked = await challenge(act, 'chip', null)
      const user = userOf(asked)
      const place = requests.place()
      using secret = await chip.signinKey(place.terminal)
      return proveByChip(secret, asked, { act, place, user }, random)
    },
  }
}

/** Whom a chip's challenge is for. @throws {HufuError} `ERR_CHIP_UNKNOWN` if it is for nobody. */
export function userOf({ user }: AnswerOf<'signin.challenge'>): string {
  if (user === null) throw new HufuError('ERR_CHIP_UNKNOWN')
  return user
}

/** The value. @throws {HufuError} the outcome's code if it failed. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new HufuError(outcome.code)
}

/** The code of what was thrown. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof HufuError ? error.code : 'ERR_INTERNAL'
}
