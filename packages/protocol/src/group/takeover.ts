import type { SigningKey } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import type { Entry } from './messages.ts'
import { changeRoster, type Roster } from './roster.ts'
import { signHost, type CallContext } from './signed.ts'

/** Epochs that are left out where the host before may have made some that nobody here has heard of. Our choice. */
export const EPOCHS_LEFT_OUT = 1_024

/** The entry by which the member `self` hosts the group from now on, and the roster after it: the term rises. */
export function takeOver(
  context: CallContext,
  roster: Roster,
  self: number,
  key: SigningKey,
): { readonly roster: Roster; readonly entry: MessageOf<typeof Entry> } {
  const changed = changeRoster(roster, { ...NOBODY, host: self })!
  const { term, sequence, hash } = changed
  const unsigned = {
    type: 'entry',
    term,
    sequence,
    ...NOBODY,
    host: self,
    roster: hash,
  } as const
  const signature = signHost(key, context, unsigned)
  return { roster: { ...changed, signature }, entry: { ...unsigned, signature } }
}

const NOBODY = { added: [], removed: [], how: 'lost' } as const
