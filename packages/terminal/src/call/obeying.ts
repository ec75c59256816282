import type { CallEffect } from '@hufu/protocol/call'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Admission } from './admission.ts'
import type { Crowd } from './crowd.ts'
import type { Epochs } from './epochs.ts'
import type { CallEvent } from './events.ts'
import type { Hosting } from './hosting.ts'
import type { CallSession } from './session.ts'
import type { CallStart } from './start.ts'
import type { Talking } from './talking.ts'

/** What of a call does what its machine wants done. */
export interface ObeyingPorts {
  readonly start: CallStart
  readonly session: CallSession
  readonly epochs: Epochs
  readonly talk: Talking
  readonly crowd: Crowd
  readonly door: Admission
  readonly hosting: Hosting
  readonly tell: (event: CallEvent) => void
  readonly act: (effects: readonly CallEffect[]) => void
  /** The KEY does not do its part: nothing goes on without it. */
  readonly failed: (error: unknown) => void
  readonly refuse: (index: number, user: string | undefined, code: ErrorCode) => void
  readonly finish: (code: ErrorCode) => void
}

/** Does one thing after the other, as the machine has put them in order. */
export function obeying(ports: ObeyingPorts): (effect: CallEffect) => void {
  const { start, session, epochs, talk, crowd, door, hosting, tell, act, failed } = ports
  const { seat } = start
  const { self } = seat
  const { clock, key, trust } = start.ports

  const userAt = (index: number): string | undefined =>
    index === self ? start.self.user : crowd.known.get(index)?.user

  const agree = async ({ share }: Extract<CallEffect, { do: 'agree' }>): Promise<void> => {
    const shared = await key.agree(share)
    act(seat.agreed(shared, clock.now(), trust()))
    shared?.wipe()
  }

  const hosted = ({ index, how, epoch }: Extract<CallEffect, { do: 'host' }>): void => {
    const user = userAt(index) ?? ''
    tell({ type: 'host', index, user, self: index === self, how })
    if (index !== self) crowd.withdrawn()
    hosting.hosts(index, epoch)
    talk.again()
  }

  return (effect) => {
    switch (effect.do) {
      case 'send':
        return session.send(effect)
      case 'sign':
        door.sign(effect).catch(failed)
        return
      case 'agree':
        agree(effect).catch(failed)
        return
      case 'verified':
        crowd.verified(effect).catch(failed)
        return
      case 'data':
        return talk.heard(effect.from, effect.octets)
      case 'accept':
        return epochs.accept(effect.keys)
      case 'switch':
        return epochs.use(effect)
      case 'forget':
        return epochs.forget(effect.epoch)
      case 'left':
        // who is told of a file there still knows whose it was
        talk.left(effect.index)
        crowd.left(effect.index, effect.how)
        if (seat.role === 'host' && effect.how !== 'lost') takeOut(start, effect.index)
        return
      case 'away':
      case 'back':
        crowd.moved(effect.index, effect.do === 'away' ? 'lost' : 'back')
        return effect.do === 'back' ? talk.again() : undefined
      case 'returning':
        return talk.doubt()
      case 'returned':
        tell({ type: 'returned' })
        return talk.again()
      case 'host':
        return hosted(effect)
      case 'rival':
        return tell({ type: 'rival', index: effect.index, user: userAt(effect.index) })
      case 'deaf':
        return tell({ type: 'deaf', deaf: effect.deaf })
      case 'refused':
        return ports.refuse(effect.index, undefined, effect.code)
      case 'over':
        return ports.finish(effect.code)
    }
  }
}

/** A member is not let in, or no longer: it is shown, and the host has the server take it out. */
export function refusing(start: CallStart, crowd: Crowd): ObeyingPorts['refuse'] {
  return (index, user, code) => {
    crowd.refused(index, user, code)
    if (start.seat.role === 'host') takeOut(start, index)
  }
}

/** The server takes a member out of the sessions. If it does not, that member hears, and can read nothing. */
function takeOut({ id, ports: { asking, connection } }: CallStart, index: number): void {
  const ref = connection.nextRef()
  asking.done({ type: 'call.remove', ref, call: id, index }).catch(ignored)
}

function ignored(): void {
  // the server may know better: what it does changes who hears, not who can read
}
