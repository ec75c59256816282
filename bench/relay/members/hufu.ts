import { ed25519, random, sha256, utf8, type SigningKey } from '@hufu/protocol/crypto'
import {
  answerChallenge,
  codec,
  connectionFromServer,
  connectionFromTerminal,
  controlFrame,
  dataFrame,
  relayFromServer,
  relayFromTerminal,
  SOCKET_PATH,
  splitFrames,
  SUBPROTOCOL,
} from '@hufu/protocol/wire'
import type { Join } from './member.ts'
import { openWebSocket } from './web-socket.ts'

const toServer = codec([...connectionFromTerminal, ...relayFromTerminal])
const fromServer = codec([...connectionFromServer, ...relayFromServer])

/** The key of the member of that number: whoever makes the sessions knows it too. */
export function keyOf(index: number): SigningKey {
  return ed25519.generate((octets) => sha256(utf8(`member ${index}`)).subarray(0, octets))
}

/** The id of the session of that number. */
export function sessionOf(room: number): Uint8Array {
  return sha256(utf8(`session ${room}`)).subarray(0, 16)
}

/** A terminal in a session. */
export const joinHufu: Join = async ({ port, room, index }, hear) => {
  const entered = Promise.withResolvers<number>()
  const control = (body: Uint8Array): void => {
    const decoded = fromServer.decode(body)
    if (!decoded.ok) return entered.reject(new Error(decoded.code))
    const message = decoded.value
    if (message.type === 'challenge') {
      const hello = answerChallenge(message, keyOf(index), `127.0.0.1:${port}`, random)
      say(controlFrame(toServer.encode(hello)))
      say(controlFrame(toServer.encode({ type: 'session.enter', session: sessionOf(room) })))
    } else if (message.type === 'session.entered') entered.resolve(message.handle)
    else if (message.type === 'ended' || message.type === 'session.ended')
      entered.reject(new Error(message.code))
  }
  const early: Buffer[] = []
  let say = (octets: Uint8Array): void => void early.push(Buffer.from(octets))
  const socket = await openWebSocket(
    { port, path: SOCKET_PATH, protocol: SUBPROTOCOL },
    (octets) => {
      const frames = splitFrames(octets, 65_536)
      if (!frames.ok) throw new Error(frames.code)
      for (const frame of frames.value)
        if (frame.type === 'data') hear(frame.payload as Buffer)
        else control(frame.body)
    },
  )
  say = (octets) => socket.send(Buffer.from(octets))
  for (const octets of early) say(octets)
  const handle = await entered.promise
  return {
    send: (payload) => socket.send(Buffer.from(dataFrame(handle, 0, payload).buffer)),
    close: () => socket.close(),
  }
}
