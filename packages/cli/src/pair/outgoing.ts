import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { FileOutcome, FileSource, Progress } from '@hufu/terminal'
import type { OpenedSource } from '../files/source.ts'
import type { Output } from '../output.ts'
import type { ProgressBoard } from './progress.ts'

/** Sends files and folders. */
export interface Sender {
  /** Offers a source; it is told of when it has ended, however. */
  send(opened: OpenedSource): void
  readonly busy: boolean
  /** How many have been offered. */
  readonly count: number
  /** The first thing that went wrong, if any did. */
  readonly failure: ErrorCode | undefined
}

/** What files are sent over: a talk; or a call, which tells of each of its members. */
export interface Sending {
  sendFile(
    source: FileSource,
    options: {
      readonly on: (progress: Progress) => void
      readonly outcome: (user: string | undefined, outcome: FileOutcome, code?: ErrorCode) => void
    },
  ): Promise<void>
}

const OUTCOME_TEXT: Readonly<Record<FileOutcome, (name: string) => string>> = {
  stored: (name) => `has ${name}`,
  declined: (name) => `does not want ${name}`,
  unanswered: (name) => `has not said in time whether to take ${name}: sent to the others`,
  failed: (name) => `has not got ${name}`,
}

/** A sender over `talk`; `settled` is called whenever a transfer has ended. */
export function sender(
  talk: Sending,
  output: Output,
  board: ProgressBoard,
  settled: () => void,
): Sender {
  let underway = 0
  let count = 0
  let failure: ErrorCode | undefined

  const run = async ({ source, octets, skipped }: OpenedSource, id: number): Promise<void> => {
    const { name, kind } = source
    const report = board.follow({ direction: 'send', id, name, kind, octets })
    if (skipped.length > 0)
      output.note(`${name}: left out, since neither files nor folders: ${skipped.join(', ')}`)
    report.offered()
    try {
      await talk.sendFile(source, {
        on: report.progress,
        outcome(user, outcome, code) {
          const about = { id, name, user: user ?? null, outcome }
          void output.event({
            event: 'delivery',
            ...about,
            ...(code === undefined ? {} : { code }),
          })
          output.note(`${user ?? 'somebody'} ${OUTCOME_TEXT[outcome](name)}`)
        },
      })
      report.done()
    } catch (error) {
      const known =
        error instanceof HufuError ? error : new HufuError('ERR_INTERNAL', String(error))
      report.failed(known.code, known.message)
      failure ??= known.code
    } finally {
      await source.close()
      underway -= 1
      settled()
    }
  }
  return {
    send(opened) {
      underway += 1
      count += 1
      void run(opened, count)
    },
    get busy() {
      return underway > 0
    },
    get count() {
      return count
    },
    get failure() {
      return failure
    },
  }
}
