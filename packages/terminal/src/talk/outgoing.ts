import { equal, sha256Stream } from '@hufu/protocol/crypto'
import { ENTRIES_PER_MESSAGE, PIECE_OCTETS, type TalkMessage } from '@hufu/protocol/pair'
import { HufuError, errorCodeOf, type ErrorCode } from '@hufu/protocol/wire'
import type { FileEntry, FileSource, Progress } from './files.ts'

/** What a transfer needs of its talk. */
export interface TransferPort {
  /** Resolves when the session has room for more; rejects when it is over. */
  room(): Promise<void>
  /** `taken` is called when the other's application has taken the message, and its octets are looked at no more. */
  send(message: TalkMessage, taken?: () => void): void
}

export interface Outgoing {
  /** A message of the other's about this transfer. */
  message(message: TalkMessage): void
  /** The session is over: the other is not told. */
  stop(code: ErrorCode): void
  /** Gives it up: the other keeps what has come. */
  cancel(): void
  /** Resolves when the other has stored everything. Rejects with the code of whatever went wrong. */
  readonly done: Promise<void>
}

/** Octets read at a time: a dozen pieces. Our choice. */
const BLOCK_OCTETS = 16 * PIECE_OCTETS

type Held = Extract<TalkMessage, { type: 'have' }>['held'][number]

/** Offers `source` under the number `id` and sends it once it is accepted. Whoever opened the source closes it. */
export function sendFiles(
  id: number,
  source: FileSource,
  port: TransferPort,
  on: (progress: Progress) => void,
): Outgoing {
  const accepted = Promise.withResolvers<void>()
  const heldKnown = Promise.withResolvers<ReadonlyMap<number, Held>>()
  const stored = Promise.withResolvers<void>()
  const held = new Map<number, Held>()
  let unstored = 0
  let failure: HufuError | undefined

  const fail = (error: HufuError): void => {
    failure ??= error
    for (const waiting of [accepted, heldKnown, stored]) {
      waiting.promise.catch(() => undefined)
      waiting.reject(failure)
    }
  }

  const check = (): void => {
    if (failure !== undefined) throw failure
  }

  const run = async (): Promise<void> => {
    const entries = await source.entries()
    const of = entries.reduce((sum, entry) => sum + entry.octets, 0)
    const { name, kind } = source
    await port.room()
    port.send({ type: 'offer', id, name, kind, octets: of, entries: entries.length })
    await accepted.promise
    unstored = Math.max(1, entries.length) // an empty folder is stored too
    await sendEntries(entries)
    const there = await heldKnown.promise
    let octets = 0
    let resumed = 0
    for (const [index, entry] of entries.entries()) {
      const position = await resumeAt(index, entry, there.get(index))
      octets += position
      resumed += position
      await port.room()
      port.send({ type: 'begin', id, index, position })
      for await (const block of blocks(index, entry, position)) {
        for (let from = 0; from < block.length; from += PIECE_OCTETS) {
          await port.room()
          check()
          const data = block.subarray(from, from + PIECE_OCTETS)
          const isLast = from + PIECE_OCTETS >= block.length
          port.send(
            { type: 'piece', id, data },
            isLast ? () => source.giveBack?.(block) : undefined,
          )
          octets += data.length
          on({ octets, of, resumed })
        }
      }
      port.send({ type: 'end', id, index })
    }
    on({ octets, of, resumed })
    if (unstored > 0) await stored.promise
  }

  /** An entry's octets from `position` on. The next block is read while this one is sent. */
  async function* blocks(
    index: number,
    entry: FileEntry,
    position: number,
  ): AsyncGenerator<Uint8Array, void, void> {
    const readAt = (at: number): Promise<Uint8Array> | undefined => {
      if (at >= entry.octets) return undefined
      const block = source.read(index, at, Math.min(BLOCK_OCTETS, entry.octets - at))
      block.catch(() => undefined) // it is awaited in its turn, if at all
      return block
    }
    let next = readAt(position)
    for (let at = position; next !== undefined;) {
      const block = await next
      if (block.length === 0)
        throw new HufuError('ERR_FILE_CHANGED', `${source.name} became shorter`)
      at += block.length
      next = readAt(at)
      yield block
    }
  }

  const sendEntries = async (entries: readonly FileEntry[]): Promise<void> => {
    let at = 0
    do {
      const some = entries.slice(at, at + ENTRIES_PER_MESSAGE)
      at += some.length
      await port.room()
      port.send({ type: 'entries', id, entries: some, last: at >= entries.length })
    } while (at < entries.length)
  }

  /** Where to go on: behind what the other says it has, if ours is the same there. */
  const resumeAt = async (
    index: number,
    entry: FileEntry,
    there: Held | undefined,
  ): Promise<number> => {
    if (there === undefined || there.octets > entry.octets) return 0
    const hash = sha256Stream()
    for (let at = 0; at < there.octets;) {
      check()
      const block = await source.read(index, at, Math.min(BLOCK_OCTETS, there.octets - at))
      if (block.length === 0) return 0
      hash.update(block)
      at += block.length
      source.giveBack?.(block)
    }
    return equal(hash.digest(), there.digest) ? there.octets : 0
  }

  const giveUp = (error: HufuError): void => {
    if (failure !== undefined) return
    fail(error)
    port.send({ type: 'cancel', id, by: 'sender', code: error.code })
  }

  const done = run().catch((error: unknown) => {
    const known = error instanceof HufuError ? error : readFailure(error)
    giveUp(known)
    throw failure ?? known
  })
  done.catch(() => undefined)

  return {
    done,
    stop: (code) => fail(new HufuError(code)),
    cancel: () => giveUp(new HufuError('ERR_FILE_CANCELLED')),
    message(message) {
      if (message.type === 'accept') accepted.resolve()
      else if (message.type === 'decline') fail(new HufuError('ERR_FILE_DECLINED'))
      else if (message.type === 'cancel')
        fail(new HufuError(errorCodeOf(message.code, 'ERR_FILE_CANCELLED')))
      else if (message.type === 'have') {
        for (const one of message.held) held.set(one.index, one)
        if (message.last) heldKnown.resolve(held)
      } else if (message.type === 'stored') {
        unstored -= 1
        if (unstored === 0) stored.resolve()
      }
    },
  }
}

function readFailure(error: unknown): HufuError {
  return new HufuError('ERR_FILE_READ', error instanceof Error ? error.message : String(error))
}
