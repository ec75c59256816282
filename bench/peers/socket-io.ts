import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { Server } from 'socket.io'

/*
 * Rooms by Socket.IO: whatever a client emits goes to all others of its room. Prints its port.
 */
const http = createServer()
const server = new Server(http, { transports: ['websocket'], perMessageDeflate: false })
server.on('connection', (socket) => {
  const room = String(socket.handshake.query['room'])
  socket.on('frame', (payload: Buffer) => socket.to(room).emit('frame', payload))
  void Promise.resolve(socket.join(room)).then(() => socket.emit('joined'))
})
http.listen(0, '127.0.0.1', () => console.log(`port ${(http.address() as AddressInfo).port}`))
