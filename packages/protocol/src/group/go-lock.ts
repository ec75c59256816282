import { equal, lvCat, sha256, utf8 } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import type { Go } from './messages.ts'
import { u64 } from './secrets.ts'

/*
 * A host signs what its members prepare for, and in it the hash of a random value. The go shows that value: whoever has the
 * signature knows by one hash who says it, where a second signature would cost every member of a call more than all else.
 */

/** SHA-256 over what a go says, 32 octets. `call`: 16 octets. */
export function goLock(call: Uint8Array, go: Omit<MessageOf<typeof Go>, 'type'>): Uint8Array {
  const { term, epoch, cut, reason, preimage } = go
  const why = utf8(reason)
  return sha256(
    lvCat(
      utf8('hufu/1 call go'),
      call,
      u64(term),
      u64(epoch),
      Uint8Array.of(cut ? 1 : 0),
      why,
      preimage,
    ),
  )
}

/** True if it is the go that `lock` was made for. */
export function opensLock(
  lock: Uint8Array,
  call: Uint8Array,
  go: Omit<MessageOf<typeof Go>, 'type'>,
): boolean {
  return equal(goLock(call, go), lock)
}
