import type { ErrorCode } from '@hufu/protocol/wire'
import type { MemberEvent } from '@hufu/terminal'

/** Who was called, who has come, and who is left. */
export interface Attendance {
  heard(event: MemberEvent): void
  /** The key has changed, for so many. */
  hopped(members: number): void
  /** There is a key by now that all who have come have, and that this end sends under. */
  readonly haveKey: boolean
  /** Nobody is rung any more. */
  readonly isSettled: boolean
  /** Somebody has come. */
  readonly came: boolean
  /** Nobody else is there now, and nobody is rung. */
  readonly isAlone: boolean
  /** Why the first who did not come did not. */
  readonly why: ErrorCode
}

/** Nobody called yet. */
export function attendance(): Attendance {
  const rung = new Set<string>()
  const there = new Set<number>()
  let keyed = 1
  let came = false
  let why: ErrorCode | undefined
  return {
    heard(event) {
      switch (event.state) {
        case 'ringing':
          rung.add(event.user)
          return
        case 'declined':
        case 'unanswered':
          rung.delete(event.user)
          why ??= event.code
          return
        case 'joined':
          rung.delete(event.user)
          there.add(event.index)
          came = true
          return
        case 'refused':
          if (event.user !== undefined) rung.delete(event.user)
          why ??= event.code
          return
        case 'left':
        case 'removed':
          there.delete(event.index)
          return
        case 'busy':
        case 'lost':
        case 'back':
      }
    },
    hopped: (members) => void (keyed = members),
    get haveKey() {
      return keyed > there.size
    },
    get isSettled() {
      return rung.size === 0
    },
    get came() {
      return came
    },
    get isAlone() {
      return there.size === 0 && rung.size === 0
    },
    get why() {
      return why ?? 'ERR_CALL_NO_ANSWER'
    },
  }
}
