import assert from 'node:assert/strict'
import { concat } from '@hufu/protocol/crypto'
import { controlFrame, dataFrame, MAX_CONTROL_OCTETS, splitFrames } from '@hufu/protocol/wire'
import { MessageReader, type Hearer } from '../../../packages/server/src/gateway/messages.ts'
import { fixed } from './fixed.ts'
import { onlyForm } from './messages.ts'
import type { Target } from './run.ts'

/** What comes over a socket, before there are messages. */

const FRAME_CODES = ['ERR_WIRE_FRAME', 'ERR_WIRE_OVERSIZE'] as const
/** More than any input has. */
const LIMITS = { octets: 4_096, pieces: 20_000 }

const [FIN, CONTINUATION, TEXT, BINARY, CLOSE, PING] = [0x80, 0, 1, 2, 8, 9] as const

export const sockets: readonly Target[] = [
  {
    name: 'frames',
    share: 100,
    valid: [
      controlFrame(fixed(40)),
      dataFrame(1, 0, fixed(600)),
      concat(
        dataFrame(0xffffffff, 0xffff, fixed(16)),
        controlFrame(fixed(9)),
        dataFrame(7, 1, fixed(64)),
      ),
    ],
    feed(input) {
      const split = splitFrames(input, MAX_CONTROL_OCTETS)
      return onlyForm(
        split,
        FRAME_CODES,
        (frames) =>
          concat(
            ...frames.map((one) =>
              one.type === 'control'
                ? controlFrame(one.body)
                : dataFrame(one.session, one.sender, one.payload),
            ),
          ),
        input,
      )
    },
  },
  {
    name: 'WebSocket messages',
    share: 40,
    valid: [
      masked(FIN | BINARY, fixed(70)),
      concat(
        masked(BINARY, fixed(5)),
        masked(FIN | PING, fixed(3)),
        masked(FIN | CONTINUATION, fixed(200)),
      ),
      concat(masked(FIN | TEXT, fixed(3)), masked(FIN | CLOSE, fixed(2))),
    ],
    feed(input) {
      const heard = heardOf(input, input.length)
      const size = 1 + ((input[0] ?? 0) & 7)
      assert.deepEqual(heardOf(input, size), heard, `in chunks of ${size}`)
      return heard.length > 0 && !heard.at(-1)!.startsWith('broken')
    },
  },
]

/** What a reader hears of these octets, when they come in chunks of `size`. */
function heardOf(input: Uint8Array, size: number): readonly string[] {
  const heard: string[] = []
  const hear = (what: string): void => {
    assert.doesNotMatch(heard.at(-1) ?? '', /^(closed|broken)/, 'something after the end')
    heard.push(what)
  }
  const hearer: Hearer = {
    message(octets) {
      assert.ok(octets.length <= LIMITS.octets)
      hear(`message ${Buffer.from(octets).toString('hex')}`)
    },
    text: () => hear('text'),
    ping: (payload) => hear(`ping ${Buffer.from(payload).toString('hex')}`),
    closed: () => hear('closed'),
    broken(code) {
      assert.ok(code === 1_002 || code === 1_009, `${code}`)
      hear(`broken ${code}`)
    },
  }
  const reader = new MessageReader(LIMITS)
  // copies: the reader unmasks in place
  for (const chunk of cut(input, size)) reader.take(chunk.slice(), hearer)
  return heard
}

function cut(octets: Uint8Array, size: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < octets.length; at += size) pieces.push(octets.subarray(at, at + size))
  return pieces
}

/** A client's WebSocket frame (RFC 6455 §5.2) of at most 65,535 octets. */
function masked(first: number, payload: Uint8Array): Uint8Array {
  const [a, b, c, d] = fixed(4)
  const length =
    payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff]
  const mask = Uint8Array.of(a!, b!, c!, d!)
  const head = Uint8Array.of(first, 0x80 | length[0]!, ...length.slice(1), ...mask)
  return concat(
    head,
    payload.map((octet, i) => octet ^ mask[i & 3]!),
  )
}
