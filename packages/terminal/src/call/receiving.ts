import { equal, sha256Stream } from '@hufu/protocol/crypto'
import type { Said } from '@hufu/protocol/call'
import { HufuError, errorCodeOf, type ErrorCode } from '@hufu/protocol/wire'
import { isSafeName, type FileSink, type Progress } from '../talk/files.ts'
import type { Incoming } from '../talk/incoming.ts'
import type { FileState } from './sending.ts'

/*
 * A file that a member offers to all.
 *
 *   offered ─ accept ─→ accepted ─ pieces, end: the digest is right ─→ stored
 *      └─ decline ─→ declined          └─ stop, fault ─→ failed
 */

/** A file on its way in. */
export interface IncomingFile {
  readonly incoming: Incoming
  /** What is to be said of it to its sender; undefined while nothing is decided. */
  readonly state: { readonly state: FileState; readonly code: string } | undefined
  /** A message of its sender's. Resolves when it has been dealt with, written included. */
  message(message: FileMessage): Promise<void>
  /** The call is over for this end, or for its sender. */
  stop(code: ErrorCode): Promise<void>
}

export type FileMessage = Extract<Said, { type: 'piece' | 'file-end' | 'file-stop' }>

type State =
  | { readonly at: 'offered' }
  | { readonly at: 'accepted'; readonly sink: FileSink; readonly ready: Promise<void> }
  | { readonly at: 'over'; readonly state: FileState; readonly code: string }

/** @param changed its state has changed: its sender is to be told */
export function receiveFile(
  offer: Extract<Said, { type: 'offer' }>,
  changed: () => void,
): IncomingFile {
  const { name, octets: of, modified, executable } = offer
  const result = Promise.withResolvers<string>()
  result.promise.catch(() => undefined)
  const withdrawn = Promise.withResolvers<ErrorCode>()
  const hash = sha256Stream()
  let state: State = { at: 'offered' }
  let octets = 0
  let progress: (progress: Progress) => void = () => undefined

  const over = async (code: ErrorCode, why?: string): Promise<void> => {
    if (state.at === 'over') return
    const before = state
    state = { at: 'over', state: 'failed', code }
    changed()
    withdrawn.resolve(code)
    result.reject(new HufuError(code, why))
    if (before.at !== 'accepted') return
    await before.ready.catch(() => undefined)
    await before.sink.discard().catch(() => undefined)
  }

  const begun = async (sink: FileSink): Promise<void> => {
    await sink.open([{ path: '', folder: false, octets: of, modified, executable }])
    // what an earlier try has left is no use: nobody compares it
    await sink.truncate(0, 0)
  }

  const handle = async (message: FileMessage): Promise<void> => {
    if (message.type === 'file-stop') return over(errorCodeOf(message.code, 'ERR_FILE_CANCELLED'))
    // who has not decided by now gets it no more
    if (state.at === 'offered') return over('ERR_FILE_DECLINED')
    if (state.at !== 'accepted') return
    const { sink, ready } = state
    await ready
    if (message.type === 'piece') {
      if (octets + message.octets.length > of) return over('ERR_TALK_MALFORMED')
      hash.update(message.octets)
      const at = octets
      octets += message.octets.length
      await sink.write(0, at, [message.octets])
      return progress({ octets, of, resumed: 0 })
    }
    if (octets !== of || !equal(hash.digest(), message.digest)) return over('ERR_FILE_CHANGED')
    await sink.finish(0)
    const path = await sink.complete()
    state = { at: 'over', state: 'stored', code: '' }
    changed()
    result.resolve(path)
  }

  return {
    incoming: {
      offer: { name, kind: 'file', octets: of, entries: 1 },
      accept(sink, on) {
        if (state.at !== 'offered') return result.promise
        if (!isSafeName(name)) {
          void over('ERR_FILE_NAME')
          return result.promise
        }
        if (on !== undefined) progress = on
        const ready = begun(sink)
        ready.catch((error: unknown) => over(codeOf(error), reasonOf(error)))
        state = { at: 'accepted', sink, ready }
        changed()
        return result.promise
      },
      decline() {
        if (state.at !== 'offered') return
        state = { at: 'over', state: 'declined', code: '' }
        changed()
        result.reject(new HufuError('ERR_FILE_DECLINED'))
      },
      cancel: () => void over('ERR_FILE_CANCELLED'),
      withdrawn: withdrawn.promise,
    },
    get state(): IncomingFile['state'] {
      if (state.at === 'offered') return undefined
      return state.at === 'over'
        ? { state: state.state, code: state.code }
        : { state: 'accepted', code: '' }
    },
    message: (message) =>
      handle(message).catch((error: unknown) => over(codeOf(error), reasonOf(error))),
    stop: (code) => over(code),
  }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof HufuError ? error.code : 'ERR_INTERNAL'
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
