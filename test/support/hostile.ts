import { openWebSocket, systemClock, type Clock, type OpenSocket } from '@hufu/terminal'
import type { Ms } from '@hufu/protocol/wire'

/** What a relay may do to one WebSocket message on its way. */
export type Mischief =
  | { readonly do: 'drop' }
  | { readonly do: 'repeat' }
  /** Comes after the next one. */
  | { readonly do: 'swap' }
  | { readonly do: 'delay'; readonly ms: number }
  /** Cut to this fraction of its length. */
  | { readonly do: 'truncate'; readonly to: number }
  /** One bit turned, at this fraction of its length. */
  | { readonly do: 'flip'; readonly at: number; readonly bit: number }
  | { readonly do: 'invent'; readonly octets: Uint8Array }

/** Real sockets, on which the message numbered `position` (from 0) in one direction meets with mischief. */
export function hostileSocket(
  direction: 'up' | 'down',
  position: number,
  mischief: Mischief,
  done: () => void,
): OpenSocket {
  let seen = 0
  let held: Uint8Array | undefined
  const through = (message: Uint8Array, pass: (message: Uint8Array) => void): void => {
    const number = seen
    seen += 1
    if (number === position) {
      done()
      return misdo(message, mischief, pass, (later) => (held = later))
    }
    pass(message)
    if (held === undefined) return
    pass(held)
    held = undefined
  }
  return (server, handlers) => {
    const socket = openWebSocket(
      server,
      direction === 'up'
        ? handlers
        : { ...handlers, message: (message) => through(message, handlers.message) },
    )
    if (direction === 'down') return socket
    return {
      send: (message) => through(message, (altered) => socket.send(altered)),
      get unsent() {
        return socket.unsent
      },
      close: () => socket.close(),
    }
  }
}

function misdo(
  message: Uint8Array,
  mischief: Mischief,
  pass: (message: Uint8Array) => void,
  hold: (message: Uint8Array) => void,
): void {
  switch (mischief.do) {
    case 'drop':
      return
    case 'repeat':
      pass(message)
      return pass(message.slice())
    case 'swap':
      return hold(message)
    case 'delay':
      return void setTimeout(() => pass(message), mischief.ms)
    case 'truncate':
      return pass(message.slice(0, Math.floor(message.length * mischief.to)))
    case 'flip': {
      const altered = message.slice()
      const at = Math.min(altered.length - 1, Math.floor(altered.length * mischief.at))
      altered[at]! ^= 1 << mischief.bit
      return pass(altered)
    }
    case 'invent':
      pass(mischief.octets)
      return pass(message)
  }
}

/** A clock that runs `times` as fast, so that a minute's deadline can be waited for. */
export function fastClock(times: number): Clock {
  const real = (at: Ms): Ms => (at / times) as Ms
  return {
    now: () => (systemClock.now() * times) as Ms,
    wake: (at, act) => systemClock.wake(real(at), act),
  }
}
