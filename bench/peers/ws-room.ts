import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

/*
 * Rooms by `ws`, as its own documentation broadcasts: whatever a client sends goes to all others that have dialled the same
 * path. Prints its port.
 */
const http = createServer()
const server = new WebSocketServer({
  server: http,
  perMessageDeflate: false,
  clientTracking: false,
})
const rooms = new Map<string, Set<WebSocket>>()
server.on('connection', (socket, { url = '' }) => {
  const room = rooms.get(url) ?? new Set<WebSocket>()
  rooms.set(url, room.add(socket))
  socket.on('message', (message, binary) => {
    for (const other of room)
      if (other !== socket && other.readyState === WebSocket.OPEN) other.send(message, { binary })
  })
  socket.on('close', () => room.delete(socket))
})
http.listen(0, '127.0.0.1', () => console.log(`port ${(http.address() as AddressInfo).port}`))
