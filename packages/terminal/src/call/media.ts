import type { Random, SigningKey } from '@hufu/protocol/crypto'
import {
  codec,
  connectionFromServer,
  connectionFromTerminal,
  relayFromServer,
  relayFromTerminal,
  sameTerminal,
  type Codec,
  type HufuError,
  type Ms,
} from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import { connect } from '../connection/connection.ts'
import type { FromServer, FromTerminal, Messages } from '../connection/messages.ts'
import type { OpenSocket, ServerAddress } from '../connection/socket.ts'

/** The connection that a call's media goes by: its own, so that nothing of the rest ever waits behind it. */
export interface MediaLine {
  /** Whether a frame can be sent, and would not be late. */
  readonly fit: 'open' | 'closed' | 'late'
  /** Sends a frame, which comes behind room for its head and is taken over. */
  send(roomy: Uint8Array): void
  close(): void
}

export interface MediaLineOptions {
  readonly server: ServerAddress
  /** Made for this call. */
  readonly key: SigningKey
  readonly session: Uint8Array
  readonly clock: Clock
  readonly random: Random
  readonly openSocket: OpenSocket
  readonly on: {
    readonly opened: () => void
    readonly lost: () => void
    /** Another's frame. Its octets may be gone once this returns. */
    readonly frame: (from: number, frame: Uint8Array) => void
    readonly closed: (error: HufuError) => void
  }
}

/** Milliseconds that a frame may wait in the socket before those behind it are not sent: they would only come later still. Our choice. */
const LATE_MS = 200
/** Frames that are remembered to tell how long the oldest unsent one waits. Our choice. */
const MOST_REMEMBERED = 256

const MEDIA_MESSAGES: Messages = {
  // Nothing else is said on a connection that has these.
  terminal: codec([...connectionFromTerminal, ...relayFromTerminal]) as Codec<FromTerminal>,
  server: codec([...connectionFromServer, ...relayFromServer]) as Codec<FromServer>,
}

/** Connects, and enters the session of media, again after every loss. */
export function mediaLine({ session, clock, on, ...options }: MediaLineOptions): MediaLine {
  let handle: number | undefined
  /** The latest frames: when each was handed over, and its octets. */
  let latest: { readonly at: Ms; readonly octets: number }[] = []

  const connection = connect({
    ...options,
    clock,
    messages: MEDIA_MESSAGES,
    patient: true,
    handlers: {
      open: () => void connection.send({ type: 'session.enter', session }),
      lost() {
        if (handle === undefined) return
        handle = undefined
        latest = []
        on.lost()
      },
      message(message) {
        if (message.type !== 'session.entered' || !sameTerminal(message.session, session)) return
        ;({ handle } = message)
        on.opened()
      },
      data(under, from, payload) {
        if (under === handle) on.frame(from, payload)
      },
      closed: on.closed,
    },
  })

  /** Milliseconds for which the oldest octet that is still here has waited. */
  const waits = (): number => {
    let { unsent } = connection
    if (unsent === 0) return 0
    for (let n = latest.length - 1; n >= 0; n -= 1) {
      const { at, octets } = latest[n]!
      unsent -= octets
      if (unsent <= 0) return clock.now() - at
    }
    return latest.length === 0 ? 0 : Infinity
  }

  return {
    get fit() {
      if (handle === undefined || !connection.open) return 'closed'
      return waits() > LATE_MS ? 'late' : 'open'
    },
    send(roomy) {
      if (handle === undefined) return
      latest.push({ at: clock.now(), octets: roomy.length })
      if (latest.length > 2 * MOST_REMEMBERED) latest = latest.slice(-MOST_REMEMBERED)
      connection.sendData(handle, roomy)
    },
    close: () => connection.close(),
  }
}
