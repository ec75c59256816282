import { parentPort, workerData } from 'node:worker_threads'
import { certificateCache } from '@hufu/protocol/identity'
import type { Call, CallEvent } from '@hufu/terminal'
import { nowMs, type Counts, type Done, type FromBots, type Order, type ToBots } from './orders.ts'
import { personAt, type Person, type Place } from './person.ts'
import { bareSocket, signallingWithout, type Introduced } from './sockets.ts'

/* A thread of `bots.ts`: users, each with a terminal of its own, who take every call. */

/** What a thread is told when it starts. */
export interface ThreadData extends Place {
  /** Tells its users from those of other threads. */
  readonly name: string
}

/** Users who enrol and sign in at the same time. */
const AT_ONCE = 25
/** Octets of 20 ms of speech. */
const PAYLOAD = new Uint8Array(160)

interface Bot {
  readonly person: Person
  call: Call | undefined
  media: boolean
  /** Why its connection of signalling is lost. */
  why: string
}

/** How far the bots have come with an epoch. */
interface Tally {
  count: number
  at: number
}

const place = workerData as ThreadData
const cache = certificateCache(4_096)
const introduced: Introduced = { all: true }
const bots: Bot[] = []
/** Those who are in the call, or will be. */
let inCall: Bot[] = []
let gone: Counts = { sent: 0, late: 0, received: 0, undecryptable: 0, cpu: 0 }
let tallies = new Map<number, Tally>()
let speaking: NodeJS.Timeout | undefined

parentPort!.on('message', (what: ToBots) => void answer(what).catch(failed))

async function answer({ ref, order }: ToBots): Promise<void> {
  const at = nowMs()
  const number = await obey(order)
  const users = order.do === 'come' ? bots.map(({ person }) => person.user) : []
  const done: Done = { at, number, users, counts: counts() }
  say({ type: 'done', ref, ...done })
}

async function obey(order: Order): Promise<number> {
  switch (order.do) {
    case 'come':
      await come(order.count)
      return bots.length
    case 'expect':
      introduced.all = order.introduced
      inCall = bots.slice(0, order.count)
      for (const bot of inCall) Object.assign(bot, { call: undefined, media: false })
      gone = { sent: 0, late: 0, received: 0, undecryptable: 0, cpu: 0 }
      tallies = new Map()
      return inCall.length
    case 'look':
      return inCall.filter(({ call, media }) => media && call?.epoch === order.epoch).length
    case 'speak':
      speak(inCall.slice(0, order.speakers), order.perSecond)
      return order.speakers
    case 'hush':
      clearTimeout(speaking)
      return 0
    case 'leave': {
      const leaver = inCall.pop()!
      gone = sum(gone, leaver.call!.counts)
      leaver.call!.leave().catch(failed)
      return inCall.length
    }
    case 'count':
      return inCall.length
  }
}

async function come(count: number): Promise<void> {
  const one = async (): Promise<void> => {
    for (let at = bots.length; at < count; at = bots.length) {
      const bot = { call: undefined, media: false, why: '' } as Partial<Bot> as Bot
      bots.push(bot)
      const person = await personAt(place, {
        name: `bot-${place.name}-${at}`,
        openSocket: signallingWithout(introduced, bareSocket),
        cache,
        lost: (code) => void (bot.why = code),
        ringing: (ring) => void ring.accept().then((call) => attend(bot, call), failed),
      })
      Object.assign(bot, { person })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
}

async function attend(bot: Bot, call: Call): Promise<void> {
  bot.call = call
  call.hearMedia(() => undefined)
  for await (const event of call.events()) heard(bot, event)
}

function heard(bot: Bot, event: CallEvent): void {
  if (event.type === 'connection' && event.of === 'media') bot.media = event.state === 'back'
  if (event.type === 'connection' && event.state === 'lost')
    failed(new Error(`${bot.person.user} has lost its connection of ${event.of} ${bot.why}`))
  if (event.type === 'closed' && event.code !== undefined && event.code !== 'ERR_CALL_ENDED')
    failed(new Error(`a bot is out: ${event.code}`))
  if (event.type !== 'hop') return
  const { epoch, reason } = event
  const tally = tallies.get(epoch) ?? { count: 0, at: 0 }
  tallies.set(epoch, tally)
  tally.count += 1
  tally.at = nowMs()
  if (tally.count === inCall.length) say({ type: 'switched', epoch, reason, at: tally.at })
}

/** Each at its own moment of the period, the moments evenly spread. */
function speak(speakers: readonly Bot[], perSecond: number): void {
  const gap = 1_000 / perSecond / speakers.length
  const start = performance.now()
  let sent = 0
  const turn = (): void => {
    for (; start + sent * gap <= performance.now(); sent += 1)
      speakers[sent % speakers.length]!.call!.sendMedia(PAYLOAD)
    speaking = setTimeout(turn, Math.max(1, start + sent * gap - performance.now()))
  }
  turn()
}

function counts(): Counts {
  return inCall.reduce((total, { call }) => sum(total, call?.counts), gone)
}

function sum(one: Counts, other: Call['counts'] | undefined): Counts {
  if (other === undefined) return one
  return {
    sent: one.sent + other.sent + other.late,
    late: one.late + other.late,
    received: one.received + other.received,
    undecryptable: one.undecryptable + other.undecryptable,
    cpu: 0,
  }
}

function say(what: FromBots): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
  parentPort!.postMessage(what)
}

function failed(error: unknown): void {
  say({ type: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : 'unknown' })
}
