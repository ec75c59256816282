import { sha256Stream } from '@hufu/protocol/crypto'
import { FILE_PIECE_OCTETS, type FILE_STATES } from '@hufu/protocol/call'
import { HufuError, errorCodeOf, type ErrorCode } from '@hufu/protocol/wire'
import type { FileSource, Progress } from '../talk/files.ts'
import type { Unnumbered } from './saying.ts'

/*
 * A file for all who are there, and want it. Everybody gets the same frames; who does not want it lets them pass.
 *
 *   offered ─ everybody has answered, or a minute is over ─→ sent, piece by piece ─→ whoever took it has stored it ─→ done
 *      └─ nobody wants it: declined
 */

/** A file on its way out. */
export interface OutgoingFile {
  /** What a member says has become of it there. */
  answered(from: number, state: FileState, code: string): void
  /** The member is out of the call. */
  left(index: number): void
  /** The call is over, or the file is not to be sent any more. */
  stop(error: HufuError): void
  /** Whose answers are missing, now that it is time for them. */
  readonly awaited: readonly number[]
  /** Resolves when all who took it have stored it. Rejects with what went wrong, at the first of them if at several. */
  readonly done: Promise<void>
}

export type FileState = (typeof FILE_STATES)[number]

/** What has become of a file at one member: `unanswered` if it had not said in time whether it wants it. */
export type FileOutcome = 'stored' | 'declined' | 'unanswered' | 'failed'

/** Told of a file on its way out, and of each member that it was offered to, once. `code`: of what has failed. */
export interface SendingHooks {
  readonly on: (progress: Progress) => void
  readonly outcome: (index: number, outcome: FileOutcome, code?: ErrorCode) => void
}

/** What a file on its way out needs of its call. */
export interface SendingPort {
  /** Says it, and resolves when there is room for more behind it. Rejects when the call is over. */
  say(what: Unnumbered): Promise<void>
  /** Says it, and resolves with those who are there to hear it, once it has gone out. Rejects when the call is over. */
  offer(what: Unnumbered): Promise<readonly number[]>
  /** Calls `act` after so many milliseconds; the result cancels it. */
  wake(ms: number, act: () => void): () => void
}

/** Milliseconds that people have to say whether they want a file. Our choice. */
const ANSWER_MS = 60_000
/** Octets read at a time. Our choice. */
const BLOCK_OCTETS = 8 * FILE_PIECE_OCTETS

/** Offers `source`, one file, under the number `id`, and sends it. Whoever opened the source closes it. */
export function sendFile(
  id: number,
  source: FileSource,
  port: SendingPort,
  { on, outcome }: SendingHooks,
): OutgoingFile {
  const answers = new Map<number, FileState>()
  let missing = new Set<number>()
  let failure: HufuError | undefined
  let firstFault: HufuError | undefined
  let wake: () => void = () => undefined
  const toldOf = new Set<number>()

  const tell: SendingHooks['outcome'] = (index, what, code) => {
    if (toldOf.has(index)) return
    toldOf.add(index)
    outcome(index, what, code)
  }

  const check = (): void => {
    if (failure !== undefined) throw failure
  }
  const until = async (fits: () => boolean): Promise<void> => {
    while (!fits()) {
      await new Promise<void>((resolve) => (wake = resolve))
      check()
    }
  }
  const takers = (): readonly number[] =>
    [...answers].filter(([, state]) => state === 'accepted').map(([index]) => index)

  const run = async (): Promise<void> => {
    const [entry] = await source.entries()
    if (source.kind !== 'file' || entry === undefined)
      throw new HufuError('ERR_USAGE', `${source.name}: only files are sent in a call, no folders`)
    const { octets: of, modified, executable } = entry
    const { name } = source
    missing = new Set(
      await port.offer({ type: 'offer', id, name, octets: of, modified, executable }),
    )
    for (const index of answers.keys()) missing.delete(index)
    let isLate = false
    const cancel = port.wake(ANSWER_MS, () => {
      isLate = true
      wake()
    })
    await until(() => missing.size === 0 || isLate)
    cancel()
    for (const index of missing) tell(index, 'unanswered')
    missing.clear()
    if (takers().length === 0) throw firstFault ?? new HufuError('ERR_FILE_DECLINED')
    const hash = sha256Stream()
    for (let at = 0; at < of;) {
      const block = await source.read(0, at, Math.min(BLOCK_OCTETS, of - at))
      if (block.length === 0)
        throw new HufuError('ERR_FILE_CHANGED', `${source.name} became shorter`)
      hash.update(block)
      for (let from = 0; from < block.length; from += FILE_PIECE_OCTETS) {
        check()
        await port.say({ type: 'piece', id, octets: block.slice(from, from + FILE_PIECE_OCTETS) })
        on({ octets: at + Math.min(block.length, from + FILE_PIECE_OCTETS), of, resumed: 0 })
        if (takers().length === 0) throw firstFault ?? new HufuError('ERR_PEER_GONE')
      }
      at += block.length
      source.giveBack?.(block)
    }
    await port.say({ type: 'file-end', id, digest: hash.digest() })
    missing = new Set(takers())
    await until(() => missing.size === 0)
    if (firstFault !== undefined) throw firstFault
    if (![...answers.values()].includes('stored')) throw new HufuError('ERR_PEER_GONE')
  }

  const done = run().catch((error: unknown) => {
    const known =
      error instanceof HufuError
        ? error
        : new HufuError('ERR_FILE_READ', error instanceof Error ? error.message : String(error))
    if (failure === undefined)
      void port.say({ type: 'file-stop', id, code: known.code }).catch(ignored)
    failure ??= known
    throw known
  })
  done.catch(ignored)

  return {
    done,
    answered(from, state, code) {
      const before = answers.get(from)
      if (before === state || before === 'stored' || before === 'failed') return
      const fault = errorCodeOf(code, 'ERR_FILE_CANCELLED')
      // who had not decided when it began did not want it, and the others have it
      const isLate = state === 'failed' && fault === 'ERR_FILE_DECLINED'
      answers.set(from, isLate ? 'declined' : state)
      if (state === 'failed' && !isLate) {
        firstFault ??= new HufuError(fault)
        tell(from, 'failed', fault)
      } else if (state !== 'accepted') tell(from, state === 'stored' ? 'stored' : 'declined')
      // a member who takes it answers twice: that it will, and that it has
      if (state !== 'accepted' || before === undefined) missing.delete(from)
      wake()
    },
    left(index) {
      if (missing.delete(index) || answers.get(index) === 'accepted')
        tell(index, 'failed', 'ERR_PEER_GONE')
      if (answers.get(index) === 'accepted') answers.delete(index)
      wake()
    },
    stop(error) {
      failure ??= error
      wake()
    },
    get awaited() {
      return [...missing]
    },
  }
}

function ignored(): void {
  // whoever waits for the file is told
}
