import type { Eventually } from '@hufu/protocol/crypto'
import {
  MAX_SAID_UNITS,
  MOST_FILES,
  saidMessages,
  type Said,
  type SaidMessage,
} from '@hufu/protocol/call'
import type { EpochKeys } from '@hufu/protocol/group'
import { after, HufuError, MAX_DATA_OCTETS, type ErrorCode, type Ms } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { FileSource } from '../talk/files.ts'
import type { Incoming } from '../talk/incoming.ts'
import { inOrder } from '../talk/in-order.ts'
import type { Frames } from './frames.ts'
import { hearing } from './hearing.ts'
import { receiveFile, type IncomingFile } from './receiving.ts'
import { saying, type Done, type Unnumbered } from './saying.ts'
import { sendFile, type OutgoingFile, type SendingHooks } from './sending.ts'

/*
 * What is said in a call and has to arrive: lines and files, sealed under the call's keys, through its signalling session.
 */

/** What those in a call say to each other, from this end. */
export interface Talking {
  say(text: string): Promise<{ readonly acknowledged: Promise<void> }>
  sendFile(source: FileSource, hooks: SendingHooks): Promise<void>
  /** What a member has said: the sealed octets. */
  heard(from: number, sealed: Uint8Array): void
  /** What waited for these keys is opened. */
  accepted(keys: EpochKeys): void
  /** These members, and no others, can read what is said from now on. */
  audience(indices: ReadonlySet<number>): void
  /** A member is out. */
  left(index: number): void
  /** Sends again what somebody lacks. */
  again(): void
  /** This end was away: what was said meanwhile may not be for it. */
  doubt(): void
  /** Something may have room now. */
  pump(): void
  /** Tells senders at once how far this end has come: it goes. */
  thank(): void
  /** Resolves when nobody lacks anything, or never. */
  settled(): Promise<void>
  readonly open: number
  wakesAt(): Ms
  tick(): void
  close(code: ErrorCode): void
}

export interface TalkingPorts {
  readonly clock: Clock
  readonly frames: Frames
  /** Whether something can be sent now. */
  readonly canSend: () => boolean
  readonly send: (to: 'all' | number, sealed: Uint8Array) => void
  /** Something was sent, or waits: {@link Talking.wakesAt} may be another. */
  readonly sent: () => void
  /** Resolves when the line has been taken; false if it is not. */
  readonly text: (from: number, text: string) => Promise<boolean>
  readonly offer: (from: number, incoming: Incoming) => Promise<boolean>
}

/** Octets that are taken from the application before it is asked to wait. Our choice. */
const ROOM_OCTETS = 1_048_576
/** Milliseconds that an acknowledgement waits for others. Our choice. */
const GATHER_MS = 10
/** Frames under keys that are still to come, and octets of them. Our choices. */
const MOST_EARLY = 512
const MOST_EARLY_OCTETS = 4_194_304
/** Milliseconds after which who says nothing of a file is asked. Our choice. */
const ASK_MS = 5_000

export function talking(ports: TalkingPorts): Talking {
  const { clock, frames } = ports
  const outgoing = new Map<number, OutgoingFile>()
  /** By sender, and its number for the file. */
  const incoming = new Map<number, Map<number, IncomingFile>>()
  /** Senders who are to be told how far this end has come. */
  const owed = new Set<number>()
  let early: { readonly from: number; readonly sealed: Uint8Array; readonly epoch: number }[] = []
  let earlyOctets = 0
  let audience: ReadonlySet<number> = new Set()
  const roomWaiters: (() => void)[] = []
  const settledWaiters: (() => void)[] = []
  let oweTimer: (() => void) | undefined
  let askAt: Ms | undefined
  let files = 0
  let over: ErrorCode | undefined

  const sealed = inOrder<{ readonly to: 'all' | number; readonly octets: Uint8Array }>(
    ({ to, octets }) => ports.send(to, octets),
  )
  const opened = inOrder<{ readonly from: number; readonly plaintext: Uint8Array | undefined }>(
    ({ from, plaintext }) => {
      const message = plaintext && saidMessages.decode(plaintext, MAX_DATA_OCTETS)
      if (message?.ok === true) hear(from, message.value)
    },
  )

  const send = (to: 'all' | number, plaintext: Uint8Array): boolean => {
    const made = ports.canSend() ? frames.seal(plaintext, 0) : undefined
    if (made === undefined) return false
    sealed.push(then(made, (octets) => ({ to, octets })))
    return true
  }

  const said = saying({ send })
  const heardOf = hearing({
    take: (from, message) => take(from, message),
    came: (from) => owe(from),
  })

  const pump = (): void => {
    said.pump(clock.now())
    ports.sent()
    if (owed.size > 0) owe()
    if (said.outstanding < ROOM_OCTETS) for (const wake of roomWaiters.splice(0)) wake()
    if (said.open === 0 && outgoing.size === 0) for (const wake of settledWaiters.splice(0)) wake()
  }

  const say = async (what: Unnumbered, done: Done): Promise<void> => {
    if (over !== undefined) throw new HufuError(over)
    said.say(what, done)
    pump()
    if (said.outstanding >= ROOM_OCTETS)
      await new Promise<void>((resolve) => roomWaiters.push(resolve))
    if (over !== undefined) throw new HufuError(over)
  }

  const take = async (from: number, message: Said): Promise<boolean> => {
    if (message.type === 'text') return ports.text(from, message.text)
    const theirs = incoming.get(from) ?? new Map<number, IncomingFile>()
    incoming.set(from, theirs)
    const known = theirs.get(message.id)
    if (message.type !== 'offer') {
      await known?.message(message)
      return true
    }
    if (known !== undefined) return true
    // the oldest that is over makes room
    const done = [...theirs].find(([, one]) => ENDED.has(one.state?.state ?? ''))
    if (theirs.size >= MOST_FILES && done !== undefined) theirs.delete(done[0])
    const file = receiveFile(message, () => owe(from))
    theirs.set(message.id, file)
    if (theirs.size > MOST_FILES) file.incoming.decline()
    else return ports.offer(from, file.incoming)
    return true
  }

  /** Tells senders how far this end has come, a moment later. */
  const owe = (from?: number): void => {
    if (from !== undefined) owed.add(from)
    oweTimer ??= clock.wake(after(clock.now(), GATHER_MS), thank)
  }
  const thank = (): void => {
    oweTimer?.()
    oweTimer = undefined
    if (over !== undefined) return
    for (const one of owed) if (tell(one)) owed.delete(one)
  }

  const tell = (to: number): boolean => {
    const { first, next } = heardOf.cameTo(to) ?? { first: 0, next: 0 }
    const states = [...(incoming.get(to) ?? [])].flatMap(([id, { state }]) =>
      state === undefined ? [] : [{ id, ...state }],
    )
    return send(to, saidMessages.encode({ type: 'taken', first, next, files: states }))
  }

  const hear = (from: number, message: SaidMessage): void => {
    switch (message.type) {
      case 'taken':
        said.taken(from, message.first, message.next)
        for (const { id, state, code } of message.files)
          outgoing.get(id)?.answered(from, state, code)
        return pump()
      case 'ask-taken':
        return owe(from)
      default:
        heardOf.heard(from, message)
    }
  }

  const open = (from: number, octets: Uint8Array): void => {
    const made = frames.open(from, octets)
    if (made.is === 'good')
      return opened.push(then(made.plaintext, (plaintext) => ({ from, plaintext })))
    if (made.is === 'bad') return
    if (early.length >= MOST_EARLY || earlyOctets + octets.length > MOST_EARLY_OCTETS) return
    early.push({ from, sealed: octets, epoch: made.epoch })
    earlyOctets += octets.length
  }

  const setAudience = (indices: ReadonlySet<number>): void => {
    for (const index of audience)
      if (!indices.has(index)) {
        for (const file of outgoing.values()) file.left(index)
        for (const file of incoming.get(index)?.values() ?? []) void file.stop('ERR_PEER_GONE')
        incoming.delete(index)
        owed.delete(index)
      }
    audience = indices
    said.audience(indices)
    pump()
  }

  return {
    async say(text) {
      if (text.length > MAX_SAID_UNITS) throw new HufuError('ERR_USAGE', TOO_LONG)
      const acknowledged = Promise.withResolvers<void>()
      acknowledged.promise.catch(ignored)
      const missed = (): void => acknowledged.reject(new HufuError(over ?? 'ERR_PEER_GONE'))
      await say({ type: 'text', text }, { taken: acknowledged.resolve, missed })
      return { acknowledged: acknowledged.promise }
    },
    async sendFile(source, hooks) {
      if (over !== undefined) throw new HufuError(over)
      const id = files
      files += 1
      const port = {
        say: (what: Unnumbered) => say(what, NOBODY),
        offer: (what: Unnumbered) =>
          new Promise<readonly number[]>((resolve, reject) => {
            const missed = (): void => reject(new HufuError(over ?? 'ERR_PEER_GONE'))
            say(what, { sent: resolve, taken: ignored, missed }).catch(reject)
          }),
        wake: (ms: number, act: () => void) => clock.wake(after(clock.now(), ms), act),
      }
      const file = sendFile(id, source, port, hooks)
      outgoing.set(id, file)
      askAt ??= after(clock.now(), ASK_MS)
      try {
        await file.done
      } finally {
        outgoing.delete(id)
        pump()
      }
    },
    heard: open,
    accepted({ epoch }) {
      const now = early.filter((one) => one.epoch === epoch)
      early = early.filter((one) => one.epoch > epoch)
      earlyOctets = early.reduce((sum, one) => sum + one.sealed.length, 0)
      for (const one of now) open(one.from, one.sealed)
    },
    audience: setAudience,
    left(index) {
      if (!audience.has(index)) return
      setAudience(new Set([...audience].filter((one) => one !== index)))
    },
    again: () => said.again(clock.now()),
    doubt: () => heardOf.doubt(),
    pump,
    thank,
    settled() {
      return new Promise((resolve) => {
        settledWaiters.push(resolve)
        pump()
      })
    },
    get open() {
      return said.open
    },
    wakesAt: () => Math.min(said.wakesAt(), askAt ?? Infinity) as Ms,
    tick() {
      const now = clock.now()
      said.tick(now)
      if (askAt === undefined || now < askAt) return
      askAt = outgoing.size === 0 ? undefined : after(now, ASK_MS)
      const ask = saidMessages.encode({ type: 'ask-taken' })
      const silent = new Set([...outgoing.values()].flatMap(({ awaited }) => awaited))
      for (const index of silent) send(index, ask)
    },
    close(code) {
      if (over !== undefined) return
      over = code
      oweTimer?.()
      for (const file of outgoing.values()) file.stop(new HufuError(code))
      for (const theirs of incoming.values())
        for (const file of theirs.values()) void file.stop(code)
      said.close()
      for (const wake of roomWaiters.splice(0)) wake()
    },
  }
}

const ENDED: ReadonlySet<string> = new Set(['stored', 'declined', 'failed'])
const TOO_LONG = `a line has ${MAX_SAID_UNITS} characters at most in a call; send more as a file`
const NOBODY: Done = { taken: ignored, missed: ignored }

function ignored(): void {
  // whoever waits for it is told otherwise
}

function then<T, U>(one: Eventually<T>, act: (one: T) => U): Eventually<U> {
  return one instanceof Promise ? one.then(act) : act(one)
}
