import type { Bundle, CallEffect, CallSeat, CallTrust } from '@hufu/protocol/call'
import { verifyKey, type SecurityKey } from '@hufu/protocol/identity'
import { after, type ErrorCode } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Crowd } from './crowd.ts'
import type { CallIdentity } from './events.ts'
import type { People } from './people.ts'

/*
 * How a host lets members in. Those who come within a moment, or while those before them are not in yet, are one batch: one
 * signature, one fresh secret. So a crowd comes in a few batches.
 *
 *   let in by the server ─ rung, key as before ─→ waiting ─ a moment ─→ admitted, the KEY signs S2
 *      └─ not rung, another key than before: refused
 */

/** The door of a call, at its host. */
export interface Admission {
  /** The server has let one in, who shows this S1. Rejects as the KEY, or the pins, do. */
  joining(index: number, bundle: Bundle): Promise<void>
  /** The KEY is to sign. Rejects as it does. */
  sign(effect: Extract<CallEffect, { do: 'sign' }>): Promise<void>
  /** A key has come into use: whoever was let in has it. */
  switched(): void
  close(): void
}

export interface AdmissionPorts {
  readonly seat: CallSeat
  readonly clock: Clock
  readonly key: SecurityKey
  readonly people: People
  readonly trust: () => CallTrust
  readonly acceptsChanged: (who: CallIdentity) => Promise<boolean>
  readonly crowd: Crowd
  readonly act: (effects: readonly CallEffect[]) => void
  /** It is not let in. */
  readonly refuse: (index: number, user: string, code: ErrorCode) => void
}

/** Milliseconds in which those who join come into one batch. Our choice: a person notices nothing. */
const GATHER_MS = 20

export function admission(ports: AdmissionPorts): Admission {
  const { seat, clock, key, people, trust, crowd, act, refuse } = ports
  /** Signatures that the KEY has not made yet, and whether those let in last have no key yet. */
  let signing = 0
  let isFresh = false
  let at: 'idle' | 'gathering' | 'behind' | 'over' = 'idle'
  let cancel: () => void = () => undefined

  const admitSoon = (): void => {
    if (at !== 'idle') return
    at = signing > 0 || isFresh ? 'behind' : 'gathering'
    if (at === 'behind') return
    cancel = clock.wake(after(clock.now(), GATHER_MS), () => {
      at = 'idle'
      const effects = seat.admit(clock.now())
      isFresh = effects.some((effect) => effect.do === 'sign')
      act(effects)
    })
  }

  /** Those behind may come, if nothing holds them up any more. */
  const next = (): void => {
    if (at !== 'behind' || signing > 0 || isFresh) return
    at = 'idle'
    admitSoon()
  }

  return {
    async joining(index, bundle) {
      const { user } = bundle
      // whom nobody has had rung, the server has no business to let in
      if (!crowd.unring(user)) return refuse(index, user, 'ERR_CALL_PROOF')
      const { issuers, nowUnixMs, cache } = trust()
      const shown = verifyKey(bundle.certificates, issuers, nowUnixMs, cache)
      if (!shown.ok) return refuse(index, user, shown.code)
      const identity = await people.look(shown.value)
      if (identity.pinned === 'changed' && !(await ports.acceptsChanged(identity)))
        return refuse(index, user, 'ERR_IDENTITY_CHANGED')
      if (at === 'over') return
      act(seat.joining(index, bundle, trust()))
      admitSoon()
    },
    async sign({ batch, statement }) {
      signing += 1
      const signature = await key.sign(statement)
      signing -= 1
      if (at === 'over') return
      act(seat.signed(batch, signature))
      next()
    },
    switched() {
      isFresh = false
      next()
    },
    close() {
      at = 'over'
      cancel()
    },
  }
}
