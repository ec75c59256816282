import { random, Secret } from '@hufu/protocol/crypto'
import { frameOpener, frameSealer, keyIdFor, readHeader, SFRAME_SUITES } from '@hufu/protocol/group'
import { perSecond } from '../harness/cpu.ts'
import { compared, type Figure } from '../harness/figures.ts'
import { bareCipher } from '../peers/bare-cipher.ts'

/** Octets of 20 ms of speech. */
const OCTETS = 160
/** So many that what else the machine does falls on both sides alike. */
const ROUNDS = 31
const AT_LEAST = 0.6

/** Frames of a call, sealed and opened, beside the cipher alone. */
export function frameFigures(): readonly Figure[] {
  const ours = frames()
  // an SFrame's header is its associated data
  const bare = bareCipher(OCTETS, 5)
  perSecond(ours)
  perSecond(bare) // both compiled and warm
  const hufu: number[] = []
  const peer: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    hufu.push(perSecond(ours))
    peer.push(perSecond(bare))
  }
  return [
    compared({
      what: `SFrame of ${OCTETS} octets, suite 5, seal + open`,
      unit: '/s',
      hufu,
      peer,
      peerName: 'bare node:crypto',
      atLeast: AT_LEAST,
    }),
  ]
}

function frames(): () => void {
  const base = new Secret(random(32))
  const [suite, keyId] = [SFRAME_SUITES[5], keyIdFor(12, 3)]
  const sealer = frameSealer(suite, base, keyId)
  const opener = frameOpener(suite, base, keyId)
  const payload = random(OCTETS)
  return () => {
    const frame = sealer.seal(payload)
    const header = frame instanceof Uint8Array ? readHeader(frame) : undefined
    if (header === undefined || !(frame instanceof Uint8Array)) throw new Error('no frame')
    const opened = opener.open(frame, header)
    if (!(opened instanceof Uint8Array)) throw new Error('a frame did not open')
  }
}
