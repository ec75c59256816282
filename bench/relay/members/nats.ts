import { gatheredWrites, openTcp, readMessages, type Join } from './member.ts'

const OPTIONS = JSON.stringify({ verbose: false, pedantic: false, echo: false, lang: 'bench' })

/** A client of nats-server (docs.nats.io, "Client Protocol"), subscribed to a subject that it publishes to. */
export const joinNats: Join = async ({ port, room }, hear) => {
  const ready = Promise.withResolvers<void>()
  const socket = await openTcp(port)
  const write = gatheredWrites(socket)
  readMessages(socket, (octets, at) => {
    const eol = octets.indexOf('\r\n', at)
    if (eol < 0) return -1
    const first = octets[at]
    if (first === 0x4d /* MSG subject sid octets */) {
      let size = 0
      let unit = 1
      for (let i = eol - 1; octets[i] !== 0x20; i -= 1) {
        size += (octets[i]! - 0x30) * unit
        unit *= 10
      }
      const end = eol + 2 + size
      if (octets.length < end + 2) return -1
      hear(octets.subarray(eol + 2, end))
      return end + 2
    }
    const line = octets.toString('latin1', at, eol)
    if (line === 'PING') write(Buffer.from('PONG\r\n'))
    else if (line === 'PONG') ready.resolve()
    else if (line.startsWith('-ERR')) throw new Error(line)
    return eol + 2
  })
  write(Buffer.from(`CONNECT ${OPTIONS}\r\nSUB room.${room} 1\r\nPING\r\n`))
  await ready.promise
  const end = Buffer.from('\r\n')
  return {
    send(payload) {
      const head = Buffer.from(`PUB room.${room} ${payload.length}\r\n`)
      write(Buffer.concat([head, payload, end]))
    },
    close: () => socket.destroy(),
  }
}
