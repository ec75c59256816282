import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Talk } from '@hufu/terminal'
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

/** A sender over `talk`; `settled` is called whenever a transfer has ended. */
export function sender(
  talk: Pick<Talk, 'sendFile'>,
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
      await talk.sendFile(source, { on: report.progress })
      report.done()
    } catch (error) {
      const known =
        error instanceof HufuError ? error : new HufuError('ERR_INTERNAL', String(error))
      report.failed(known.code, known.message)
      failure ??= known.code
    } finally {
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
