import type { CallEffect } from '@hufu/protocol/call'
import type { Pins } from '../identity/pins.ts'
import type { CallIdentity } from './events.ts'

/** Who somebody is, by a key that is verified and by whom this terminal has met. */
export interface People {
  /** Looks the key up among those that were met before; a key that is met first, or again, is kept. */
  meet(key: VerifiedUser): Promise<CallIdentity>
  /** As {@link People.meet}, and keeps nothing. */
  look(key: VerifiedUser): Promise<CallIdentity>
  /** Keeps a key that was accepted although the user was met with another. */
  accept(identity: CallIdentity): Promise<void>
}

export type VerifiedUser = Pick<Extract<CallEffect, { do: 'verified' }>, 'user' | 'kind' | 'keyId'>

/** People by `pins`; without them everybody is new. */
export function peopleBy(pins: Pins | undefined, nowUnixMs: () => number): People {
  const look = async ({ user, kind, keyId }: VerifiedUser): Promise<CallIdentity> => {
    const met = (await pins?.of(user)) ?? []
    const isSame = met.some((one) => one.keyId.join() === keyId.join())
    const pinned = isSame ? 'same' : met.length === 0 ? 'new' : 'changed'
    const sinceUnixMs = Math.min(nowUnixMs(), ...met.map(({ metUnixMs }) => metUnixMs))
    return { user, kind, keyId, pinned, sinceUnixMs }
  }
  const accept = async ({ user, kind, keyId }: CallIdentity): Promise<void> =>
    pins?.keep(user, { kind, keyId }, nowUnixMs())
  return {
    look,
    accept,
    async meet(key) {
      const identity = await look(key)
      if (identity.pinned !== 'changed') await accept(identity)
      return identity
    },
  }
}
