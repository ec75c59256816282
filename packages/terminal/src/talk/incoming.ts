import { sha256Stream } from '@hufu/protocol/crypto'
import { ENTRIES_PER_MESSAGE, MAX_ENTRIES, type TalkMessage } from '@hufu/protocol/pair'
import { HufuError, errorCodeOf, type ErrorCode } from '@hufu/protocol/wire'
import {
  isSafePath,
  type FileEntry,
  type FileOffer,
  type FileSink,
  type Progress,
} from './files.ts'
import type { TransferPort } from './outgoing.ts'

export interface Incoming {
  readonly offer: FileOffer
  /** Takes it: resolves with the final name when everything is stored. */
  accept(sink: FileSink, on?: (progress: Progress) => void): Promise<string>
  /** Does not take it. */
  decline(): void
  /** Gives it up, keeping what has come for a later try. */
  cancel(): void
  /** Resolves, with the reason, if the offer is taken back, or the session ends, before it was accepted or declined. */
  readonly withdrawn: Promise<ErrorCode>
}

/** The talk's side of an incoming transfer. */
export interface IncomingTransfer {
  readonly incoming: Incoming
  /** A message of the sender's. Resolves when it has been dealt with, written included. */
  message(message: TalkMessage): Promise<void>
  /** The session is over. */
  stop(code: ErrorCode): Promise<void>
}

/** Octets that may wait to be written. Our choice. */
const UNWRITTEN_OCTETS = 2_097_152

type State =
  | { readonly at: 'offered' }
  | { readonly at: 'listing'; readonly entries: FileEntry[] }
  | { readonly at: 'between' }
  | { readonly at: 'entry'; readonly index: number; position: number }
  | { readonly at: 'over' }

/** Receives what was offered under the number `id`. Whatever the sender does wrong ends the transfer, not the session. */
export function receiveFiles(
  id: number,
  offer: FileOffer,
  port: Pick<TransferPort, 'send'>,
): IncomingTransfer {
  const result = Promise.withResolvers<string>()
  result.promise.catch(() => undefined)
  const withdrawn = Promise.withResolvers<ErrorCode>()
  let state: State = { at: 'offered' }
  let sink: FileSink | undefined
  let entries: readonly FileEntry[] = []
  /** Octets of entries that were there from an earlier try. */
  const there = new Map<number, number>()
  let next = 0
  let octets = 0
  let resumed = 0
  let writing: Promise<void> = Promise.resolve()
  /** What has come since the last write began. */
  let unwrittenPieces: Uint8Array[] = []
  let unwritten = 0
  let progress: (progress: Progress) => void = () => undefined

  const over = async (error: HufuError, keep: boolean): Promise<void> => {
    if (state.at === 'over') return
    if (state.at === 'offered') withdrawn.resolve(error.code)
    state = { at: 'over' }
    result.reject(error)
    await writing.catch(() => undefined)
    await (keep ? sink?.suspend() : sink?.discard())
  }

  /** Tells the sender, keeps what is good. */
  const giveUp = async (code: ErrorCode, why?: string): Promise<void> => {
    if (state.at === 'over') return
    port.send({ type: 'cancel', id, by: 'receiver', code })
    await over(new HufuError(code, why), code !== 'ERR_FILE_NAME')
  }

  const listed = async (): Promise<void> => {
    await sink!.open(entries)
    let found: { index: number; octets: number; digest: Uint8Array }[] = []
    for (const [index, entry] of entries.entries()) {
      const held = entry.folder ? 0 : Math.min(await sink!.have(index), entry.octets)
      if (held === 0) continue
      const hash = sha256Stream()
      for (let at = 0; at < held;) {
        const data = await sink!.readBack(index, at, Math.min(1_048_576, held - at))
        if (data.length === 0)
          throw new HufuError('ERR_FILE_WRITE', 'what was there has become shorter')
        hash.update(data)
        at += data.length
      }
      there.set(index, held)
      found.push({ index, octets: held, digest: hash.digest() })
      if (found.length < ENTRIES_PER_MESSAGE) continue
      port.send({ type: 'have', id, held: found, last: false })
      found = []
    }
    port.send({ type: 'have', id, held: found, last: true })
    state = { at: 'between' }
    if (entries.length === 0) await whole(0)
  }

  const list = async (
    some: readonly FileEntry[],
    last: boolean,
    so: FileEntry[],
  ): Promise<void> => {
    so.push(...some)
    const single = offer.kind === 'file' && so.length === 1 && so[0]!.path === '' && !so[0]!.folder
    const named = offer.kind === 'folder' && some.every((entry) => isSafePath(entry.path))
    if (!single && !named) return giveUp('ERR_FILE_NAME')
    if (so.length > offer.entries) return giveUp('ERR_TALK_MALFORMED')
    if (!last) return
    const total = so.reduce((sum, entry) => sum + entry.octets, 0)
    const paths = new Set(so.map((entry) => entry.path))
    if (so.length !== offer.entries || total !== offer.octets || paths.size !== so.length)
      return giveUp('ERR_TALK_MALFORMED')
    entries = so
    await listed()
  }

  const begin = async (index: number, position: number): Promise<void> => {
    const entry = entries[index]
    if (index !== next || entry === undefined || (position !== 0 && position !== there.get(index)))
      return giveUp('ERR_TALK_MALFORMED')
    if (!entry.folder) await sink!.truncate(index, position)
    state = { at: 'entry', index, position }
    octets += position
    resumed += position
  }

  const piece = async (data: Uint8Array): Promise<void> => {
    if (state.at !== 'entry' || state.position + data.length > entries[state.index]!.octets)
      return giveUp('ERR_TALK_MALFORMED')
    const { index, position } = state
    state.position += data.length
    unwritten += data.length
    unwrittenPieces.push(data)
    if (unwrittenPieces.length === 1) {
      writing = written(writing, index, position)
      writing.catch(() => undefined)
    }
    // A few pieces may be on their way to the disk while more arrive.
    if (unwritten > UNWRITTEN_OCTETS) await writing
  }

  /** Writes behind what is being written: whatever has come until then, at once. */
  const written = async (before: Promise<void>, index: number, position: number): Promise<void> => {
    await before
    const pieces = unwrittenPieces
    unwrittenPieces = []
    const length = pieces.reduce((sum, data) => sum + data.length, 0)
    await sink!.write(index, position, pieces)
    unwritten -= length
    octets += length
    progress({ octets, of: offer.octets, resumed })
  }

  const end = async (index: number): Promise<void> => {
    if (state.at !== 'entry' || state.index !== index || state.position !== entries[index]!.octets)
      return giveUp('ERR_TALK_MALFORMED')
    await writing
    await sink!.finish(index)
    next += 1
    state = { at: 'between' }
    if (next < entries.length) return port.send({ type: 'stored', id, index })
    await whole(index)
  }

  /** All of it is there. An empty folder is whole as soon as it is listed. */
  const whole = async (lastIndex: number): Promise<void> => {
    const name = await sink!.complete()
    state = { at: 'over' }
    progress({ octets, of: offer.octets, resumed })
    port.send({ type: 'stored', id, index: lastIndex })
    result.resolve(name)
  }

  const handle = async (message: TalkMessage): Promise<void> => {
    if (message.type === 'cancel')
      return over(new HufuError(errorCodeOf(message.code, 'ERR_FILE_CANCELLED')), true)
    if (state.at === 'over') return
    if (message.type === 'entries' && state.at === 'listing')
      return list(message.entries, message.last, state.entries)
    if (message.type === 'begin' && state.at === 'between')
      return begin(message.index, message.position)
    if (message.type === 'piece') return piece(message.data)
    if (message.type === 'end') return end(message.index)
    return giveUp('ERR_TALK_MALFORMED')
  }

  return {
    incoming: {
      offer,
      accept(into, on) {
        if (state.at !== 'offered' || offer.entries > MAX_ENTRIES) return result.promise
        sink = into
        if (on !== undefined) progress = on
        state = { at: 'listing', entries: [] }
        port.send({ type: 'accept', id })
        return result.promise
      },
      decline() {
        if (state.at !== 'offered') return
        state = { at: 'over' }
        port.send({ type: 'decline', id, code: 'ERR_FILE_DECLINED' })
        result.reject(new HufuError('ERR_FILE_DECLINED'))
      },
      cancel: () => void giveUp('ERR_FILE_CANCELLED'),
      withdrawn: withdrawn.promise,
    },
    async message(message) {
      try {
        await handle(message)
      } catch (error) {
        const known = error instanceof HufuError ? error.code : 'ERR_INTERNAL'
        await giveUp(known, error instanceof Error ? error.message : String(error)).catch(
          () => undefined,
        )
      }
    },
    stop: (code) => over(new HufuError(code), true).catch(() => undefined),
  }
}
