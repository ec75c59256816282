import { resolve } from 'node:path'
import type { PinNote, PinNotes, TokenEntry } from '@hufu/pkcs11'
import { HufuError } from '@hufu/protocol/wire'
import { usage, type Arguments } from '../arguments.ts'
import { fieldsOf, shelf, type Stored } from '../profile/shelf.ts'
import type { HoldingPorts } from './index.ts'

/** Which token of which library. */
export interface TokenPlace {
  readonly module: string
  readonly token: string
}

/**
 * The token that the arguments name. A library without a slash in its name is looked for where the system has libraries.
 *
 * @throws {HufuError} `ERR_USAGE` if they name none.
 */
export function tokenNamedBy(args: Arguments): TokenPlace {
  const module = args.one('pkcs11')
  const token = args.one('token-label')
  if (module === undefined || token === undefined)
    throw usage('a token needs --pkcs11, its library, and --token-label, its label')
  return { module: module.includes('/') ? resolve(module) : module, token }
}

/** What stands in a file of the profile. */
export function readPlace(held: Stored, path: string): TokenPlace {
  const file = fieldsOf(held, path)
  return { module: file.text('module'), token: file.text('token') }
}

/**
 * Does `act` with the token's PIN: `HUFU_PIN`, or whoever sits there, who is asked once more after a wrong one.
 *
 * Rejects with what `act` rejects with, `ERR_USAGE` where nobody is there to ask, `ERR_INTERRUPTED`, `ERR_PROFILE`.
 */
export async function withPin<T>(
  { module, token }: TokenPlace,
  { questions, profile }: Pick<HoldingPorts, 'questions' | 'profile'>,
  act: (entry: TokenEntry) => Promise<T>,
): Promise<T> {
  const ask = async (before: string): Promise<string> =>
    questions.hidden(`${before}PIN of the token ${token}: `, PIN)
  const given = process.env[PIN]
  const tried = watched(pinNotes(profile))
  const entry = (pin: string): TokenEntry => ({ module, label: token, pin, notes: tried.notes })
  try {
    return await act(entry(await ask('')))
  } catch (error) {
    const isWrong = error instanceof HufuError && error.code === 'ERR_HSM_PIN'
    const again = isWrong && tried.any() && questions.canAsk && (given ?? '') === ''
    if (!again) throw error
    return await act(entry(await ask('That was not it. ')))
  }
}

const PIN = 'HUFU_PIN'

/** What is noted of wrong PINs: `tokens/NAME.json`, one for each token. */
function pinNotes(profile: string): PinNotes {
  const notes = shelf<PinNote>(profile, 'tokens', readNote, ({ wrong, flagged }) => ({
    wrong,
    flagged: flagged ? 'yes' : 'no',
  }))
  return {
    change: async (token, next) =>
      notes.change(token, (note) => next(note?.wrong === 0 ? undefined : note) ?? NONE),
  }
}

const NONE: PinNote = { wrong: 0, flagged: false }

function readNote(object: Stored, path: string): PinNote {
  const file = fieldsOf(object, path)
  return { wrong: file.number('wrong'), flagged: file.oneOf('flagged', ['yes', 'no']) === 'yes' }
}

/** The same notes, and whether any was made: a PIN that is refused untried is noted nowhere. */
function watched(notes: PinNotes): { readonly notes: PinNotes; any(): boolean } {
  let any = false
  return {
    notes: {
      async change(token, next) {
        await notes.change(token, next)
        any = true
      },
    },
    any: () => any,
  }
}
