import { once } from 'node:events'
import { io } from 'socket.io-client'
import type { Join } from './member.ts'

/** A client of Socket.IO, by its own library, over a WebSocket from the start. */
export const joinSocketIo: Join = async ({ port, room }, hear) => {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    query: { room },
  })
  socket.on('frame', (payload: Buffer) => hear(payload))
  await once(socket as never, 'joined')
  return { send: (payload) => socket.emit('frame', payload), close: () => socket.disconnect() }
}
