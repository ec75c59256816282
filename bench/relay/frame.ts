/** Octets of a payload: a sealed frame of 20 ms of speech. */
const PAYLOAD_OCTETS = 180

/** What the crowd writes into a payload, and reads out of it again at every other end. */
export interface Mark {
  readonly sender: number
  /** Counts from 0 for each sender. */
  readonly number: number
  /** Milliseconds on the crowd's own clock. */
  readonly sent: number
}

/** A payload with a mark. */
export function payloadOf({ sender, number, sent }: Mark): Buffer {
  const payload = Buffer.alloc(PAYLOAD_OCTETS, 0x55)
  payload.writeUInt16BE(sender, 0)
  payload.writeUInt32BE(number, 2)
  payload.writeDoubleBE(sent, 6)
  return payload
}

export function senderOf(payload: Buffer): number {
  return payload.readUInt16BE(0)
}

export function numberOf(payload: Buffer): number {
  return payload.readUInt32BE(2)
}

export function sentOf(payload: Buffer): number {
  return payload.readDoubleBE(6)
}
