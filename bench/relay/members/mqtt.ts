import { gatheredWrites, openTcp, readMessages, type Join } from './member.ts'

/** Packet types (MQTT 5.0 §2.1.2), in the high half of the first octet. */
const CONNACK = 2
const PUBLISH = 3
const SUBACK = 9

/** A client of an MQTT broker (MQTT 5.0), at most once, not hearing itself. */
export const joinMqtt: Join = async ({ port, room, index }, hear) => {
  const ready = Promise.withResolvers<void>()
  const socket = await openTcp(port)
  const write = gatheredWrites(socket)
  const topic = text(`room/${room}`)
  readMessages(socket, (octets, at) => {
    let length = 0
    let unit = 1
    let start = at + 1
    for (;;) {
      const octet = octets[start]
      if (octet === undefined) return -1
      start += 1
      length += (octet & 0x7f) * unit
      unit *= 128
      if (octet < 0x80) break
    }
    const end = start + length
    if (end > octets.length) return -1
    const type = octets[at]! >> 4
    if (type === PUBLISH)
      hear(octets.subarray(start + topic.length + 1, end)) // no properties
    else if (type === CONNACK) {
      const noLocal = 0x04
      write(packet(0x82, Buffer.from([0, 1, 0]), topic, Buffer.from([noLocal])))
    } else if (type === SUBACK) ready.resolve()
    return end
  })
  const clean = 0x02
  const variable = Buffer.concat([text('MQTT'), Buffer.from([5, clean, 0, 0, 0])])
  write(packet(0x10, variable, text(`member-${index}`)))
  await ready.promise
  const none = Buffer.from([0])
  return {
    send: (payload) => write(packet(0x30, topic, none, payload)),
    close: () => socket.destroy(),
  }
}

function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  let left = parts.reduce((sum, part) => sum + part.length, 0)
  const head = [first]
  do {
    head.push((left % 128) | (left >= 128 ? 0x80 : 0))
    left = Math.floor(left / 128)
  } while (left > 0)
  return Buffer.concat([Buffer.from(head), ...parts])
}

function text(value: string): Buffer {
  const octets = Buffer.from(value)
  return Buffer.concat([Buffer.from([octets.length >> 8, octets.length & 0xff]), octets])
}
