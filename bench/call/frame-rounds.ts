import { random, Secret } from '@hufu/protocol/crypto'
import { frameOpener, frameSealer, keyIdFor, readHeader, SFRAME_SUITES } from '@hufu/protocol/group'
import { perSecond } from '../harness/cpu.ts'
import { bareCipher } from '../peers/bare-cipher.ts'

/*
 * node frame-rounds.ts OCTETS ROUNDS: frames sealed and opened, beside the cipher alone, turn by turn; prints one line of
 * JSON. A process of its own: in that of all other peers half of what was measured was the collecting of their garbage.
 */

/** Frames per second of CPU, by round. */
export interface FrameRounds {
  readonly hufu: readonly number[]
  readonly peer: readonly number[]
}

const [octets, rounds] = process.argv.slice(2).map(Number) as [number, number]
console.log(JSON.stringify(measured()))

function measured(): FrameRounds {
  const ours = frames()
  // an SFrame's header is its associated data
  const bare = bareCipher(octets, 5)
  perSecond(ours)
  perSecond(bare) // both compiled and warm
  const hufu: number[] = []
  const peer: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    hufu.push(perSecond(ours))
    peer.push(perSecond(bare))
  }
  return { hufu, peer }
}

function frames(): () => void {
  const base = new Secret(random(32))
  const [suite, keyId] = [SFRAME_SUITES[5], keyIdFor(12, 3)]
  const sealer = frameSealer(suite, base, keyId)
  const opener = frameOpener(suite, base, keyId)
  const payload = random(octets)
  return () => {
    const frame = sealer.seal(payload)
    const header = frame instanceof Uint8Array ? readHeader(frame) : undefined
    if (header === undefined || !(frame instanceof Uint8Array)) throw new Error('no frame')
    const opened = opener.open(frame, header)
    if (!(opened instanceof Uint8Array)) throw new Error('a frame did not open')
  }
}
