import type { ErrorCode } from '@hufu/protocol/wire'
import type { Progress } from '@hufu/terminal'
import type { CliEvent, FileState } from '../events.ts'
import { MESSAGES } from '../messages.ts'
import type { Output } from '../output.ts'
import { durationText, sizeText } from './sizes.ts'

/** Milliseconds between two pictures of the bar, and between two events of one transfer. Our choices. */
const DRAW_MS = 100
const EVENT_MS = 250
/** Milliseconds without an octet after which others were deciding, which is no part of the speed. Our choice. */
const WAITED_MS = 5_000
/** Columns of the bar. */
const BAR = 20

/** What is on its way. */
export interface Moving {
  readonly direction: 'send' | 'receive'
  readonly id: number
  readonly name: string
  readonly kind: 'file' | 'folder'
  readonly octets: number
  /** In a call: who offers it. */
  readonly user?: string
}

/** Tells of one transfer. */
export interface TransferReport {
  /** Offered to the other, who has not said yet whether it wants it. */
  offered(): void
  started(): void
  progress(progress: Progress): void
  done(path?: string): void
  /** It ended otherwise. */
  failed(code: ErrorCode, why?: string): void
}

/** Tells of all transfers of a talk: one line on a terminal, events with `--json`, notes at start and end elsewhere. */
export interface ProgressBoard {
  follow(moving: Moving): TransferReport
}

/** The board of this process. `now` in milliseconds, of a clock that never goes back. */
export function progressBoard(
  output: Output,
  now: () => number = () => performance.now(),
): ProgressBoard {
  const underway = new Map<TransferReport, string>()
  let drawnAt = -Infinity

  const draw = (force: boolean): void => {
    if (!output.screen.drawn || (!force && now() - drawnAt < DRAW_MS)) return
    drawnAt = now()
    const pictures = [...underway.values()]
    const others = pictures.length > 1 ? ` (+${pictures.length - 1})` : ''
    output.screen.status(pictures.length === 0 ? undefined : `${pictures.at(-1)!}${others}`)
  }

  return {
    follow(moving) {
      let latest: Progress = { octets: 0, of: moving.octets, resumed: 0 }
      let startedAt: number | undefined
      /** From when its speed counts. */
      let movedAt: number | undefined
      let toldAt = -Infinity
      const verb = moving.direction === 'send' ? 'sending' : 'receiving'

      const tell = (state: FileState, more: { path?: string; code?: ErrorCode } = {}): void => {
        toldAt = now()
        const event: CliEvent = { event: 'file', state, ...moving, done: latest.octets, ...more }
        void output.event(event)
      }
      const end = (): void => {
        underway.delete(report)
        draw(true)
      }
      const report: TransferReport = {
        offered() {
          tell('offered')
          output.note(`offering ${moving.name} (${sizeText(moving.octets)})`)
        },
        started() {
          if (startedAt !== undefined) return
          startedAt = now()
          tell('started')
          if (!output.screen.drawn)
            output.note(`${verb} ${moving.name} (${sizeText(moving.octets)})`)
        },
        progress(progress) {
          report.started()
          latest = progress
          if (progress.octets > progress.resumed)
            movedAt ??= now() - startedAt! > WAITED_MS ? now() : startedAt
          if (now() - toldAt >= EVENT_MS) tell('progress')
          underway.set(report, picture(moving.name, latest, now() - (movedAt ?? now())))
          draw(false)
        },
        done(path) {
          latest = { ...latest, octets: moving.octets }
          tell('done', path === undefined ? {} : { path })
          end()
          const speed = rate(latest, now() - (movedAt ?? now()))
          const at = speed === undefined ? '' : `, ${sizeText(speed)}/s`
          const what = moving.direction === 'send' ? 'sent' : 'received'
          output.note(`${what} ${path ?? moving.name} (${sizeText(moving.octets)}${at})`)
        },
        failed(code, why) {
          tell(STATE_OF[code] ?? 'failed', { code })
          end()
          const { what, next } = (moving.direction === 'send' && AT_THEIRS[code]) || MESSAGES[code]
          const detail = why === undefined || why === code ? '' : `: ${why}`
          output.note(`hufu: ${moving.name}: ${what}${detail} (${code})`)
          output.note(`  ${next}`)
        },
      }
      return report
    },
  }
}

const STATE_OF: Partial<Record<ErrorCode, FileState>> = {
  ERR_FILE_DECLINED: 'declined',
  ERR_FILE_CANCELLED: 'cancelled',
}

/** What is meant of a file of ours where it is the other end that has failed. */
const AT_THEIRS: Partial<Record<ErrorCode, (typeof MESSAGES)[ErrorCode]>> = {
  ERR_FILE_WRITE: {
    what: 'it cannot be written at the other end',
    next: 'Ask them to look at their folder and the room on their disk, then send it again.',
  },
}

/** Octets a second, those of an earlier try not counted; undefined before anything can be said. */
function rate({ octets, resumed }: Progress, ms: number): number | undefined {
  return ms < 50 ? undefined : ((octets - resumed) * 1_000) / ms
}

/** `photo.jpg [########············] 40 %  12 MB/s  0:07`. */
function picture(name: string, progress: Progress, ms: number): string {
  const part = progress.of === 0 ? 1 : progress.octets / progress.of
  const filled = Math.round(part * BAR)
  const bar = `[${'#'.repeat(filled)}${'·'.repeat(BAR - filled)}]`
  const speed = rate(progress, ms)
  const left =
    speed === undefined || speed === 0
      ? ''
      : `  ${sizeText(speed)}/s  ${durationText((progress.of - progress.octets) / speed)}`
  return `${name} ${bar} ${String(Math.floor(part * 100)).padStart(3)} %${left}`
}
