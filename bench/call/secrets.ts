import { cpuMs } from '../harness/cpu.ts'
import { alone, compared, median, shown, type Figure, type Target } from '../harness/figures.ts'
import { hpkeWraps } from '../peers/hpke-wraps.ts'
import { mlsCommit } from '../peers/mls-commit.ts'
import { callOf, type Hop } from './machines.ts'

const MEMBERS = 1_000
/** Whose hops are compared with those of the large call. */
const FEW = 8
const ROUNDS = 5

const FRESH_BESIDE_HPKE = 1 / 5
const FRESH_BESIDE_MLS = 1 / 3
const RECEIVER_MS = 2
const SEND_MS = 5
const WHOLE_MS = 50

/** What a hop and a fresh secret cost the host of a large call, and each of its members. */
export async function secretFigures(): Promise<readonly Figure[]> {
  const large = await callOf(MEMBERS)
  const small = await callOf(FEW)
  const wrapAll = await hpkeWraps(MEMBERS)
  const commit = await mlsCommit(MEMBERS)
  const hops: Hop[] = []
  const smallHops: Hop[] = []
  const hpke: number[] = []
  const mls: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const two = [await large.hop(), await large.hop()]
    smallHops.push(await small.hop(), await small.hop())
    const [wraps, committed] = [await cpuMs(wrapAll), await cpuMs(commit)]
    if (round === 0) continue // all compiled and warm
    hops.push(...two)
    hpke.push(wraps)
    mls.push(committed)
  }
  const ordinary = hops.filter(({ kind }) => kind === 'ordinary')
  const fresh = hops.filter(({ kind }) => kind === 'fresh')
  const few = smallHops.filter(({ kind }) => kind === 'ordinary')
  const secret = {
    what: `a fresh secret to ${shown(MEMBERS)} members, the host`,
    unit: 'ms of CPU',
    hufu: fresh.map(({ sendMs }) => sendMs),
  }
  const each = ({ membersMs }: Hop): number => membersMs / MEMBERS
  return [
    compared({
      ...secret,
      peer: hpke,
      peerName: `@hpke/hybridkem-x-wing, ${shown(MEMBERS)} wraps`,
      atMost: FRESH_BESIDE_HPKE,
    }),
    compared({
      ...secret,
      peer: mls,
      peerName: 'ts-mls, a commit on a fresh tree',
      atMost: FRESH_BESIDE_MLS,
    }),
    compared({
      what: `the first secret to ${shown(MEMBERS)} who join at once, the host`,
      unit: 'ms of CPU',
      hufu: [large.admitMs],
      peer: hpke,
      peerName: `@hpke/hybridkem-x-wing, ${shown(MEMBERS)} wraps`,
    }),
    limited('a fresh secret and its go, each receiver', fresh.map(each), RECEIVER_MS),
    limited(
      `an ordinary hop, ${shown(MEMBERS)} members, the host: what it sends`,
      ordinary.map(({ sendMs }) => sendMs),
      SEND_MS,
    ),
    limited(
      `an ordinary hop, ${shown(MEMBERS)} members, the host: with all answers`,
      ordinary.map(({ sendMs, answersMs }) => sendMs + answersMs),
      WHOLE_MS,
    ),
    limited('an ordinary hop and its go, each receiver', ordinary.map(each)),
    sent(ordinary, few),
  ]
}

/** One message, of a size that has nothing to do with how many members there are. */
function sent(many: readonly Hop[], few: readonly Hop[]): Figure {
  const octets = ({ octets }: Hop): number => octets
  const figure = compared({
    what: `an ordinary hop, ${shown(MEMBERS)} members: the host sends one message of`,
    unit: 'octets',
    hufu: many.map(octets),
    peer: few.map(octets),
    peerName: `${FEW} members`,
    atMost: 1,
  })
  const met = many.every(({ messages }) => messages === 1) && figure.target!.met
  return { ...figure, target: { text: 'one message, the same octets', met } }
}

function limited(what: string, runs: readonly number[], atMost?: number): Figure {
  const target: Target | undefined =
    atMost === undefined ? undefined : { text: `at most ${atMost} ms`, met: median(runs) <= atMost }
  return alone(what, 'ms of CPU', runs, target)
}
