import {
  HufuError,
  type ErrorCode,
  type FileSource,
  type Incoming,
  type Progress,
  type Talk,
} from '@hufu/terminal'
import { signal, type ReadonlySignal } from '@preact/signals'
import { canChoose, sinkFor } from '../ports/files.ts'
import type { FileLine, FileStage } from './lines.ts'
import type { Line, Log } from './log.ts'

/** Files on their way, both ways. */
export interface Transfers {
  /** How many are under way, or wait for an answer of either side. */
  readonly open: ReadonlySignal<number>
  send(source: FileSource): void
  offered(incoming: Incoming): void
}

/** Milliseconds between two pictures of one transfer, and over which its rate is taken. Our choices. */
const DRAW_MS = 200
const RATE_MS = 3_000

/** Shows the transfers of `talk` in `log`. `settled` is called whenever one has ended. */
export function startTransfers(talk: Talk, log: Log, settled: () => void): Transfers {
  const open = signal(0)

  const begun = (): void => void (open.value += 1)
  const ended = (): void => {
    open.value -= 1
    settled()
  }

  const send = (source: FileSource): void => {
    const stop = new AbortController()
    const line = log.add(lineOf('me', source, 0), {
      cancel: () => stop.abort(),
      again: () => send(source),
    })
    const follow = follower(log, line)
    const run = async (): Promise<void> => {
      const entries = await source.entries()
      const octets = entries.reduce((sum, entry) => sum + entry.octets, 0)
      follow.show({ octets })
      await talk.sendFile(source, { on: follow.progress, signal: stop.signal })
      follow.show({ stage: { at: 'done', as: undefined } })
    }
    begun()
    run()
      .catch((error: unknown) => follow.failed(error, 'ERR_FILE_READ'))
      .finally(ended)
  }

  const offered = (incoming: Incoming): void => {
    const { offer } = incoming
    let stage: 'asked' | 'choosing' | 'taken' | 'over' = 'asked'
    const accept = async (where: 'downloads' | 'choose'): Promise<void> => {
      if (stage !== 'asked') return
      stage = 'choosing'
      try {
        const sink = await sinkFor(offer, where)
        stage = 'taken'
        follow.show({
          stage: { at: 'moving', octets: 0, of: offer.octets, resumed: 0, rate: undefined },
        })
        const as = await incoming.accept(sink, follow.progress)
        const { saveAgain } = sink
        line.acts.value = saveAgain === undefined ? {} : { saveAgain }
        follow.show({ stage: { at: 'done', as } })
      } catch (error) {
        // Whoever closes the dialog for the file's place has not decided yet.
        if (error instanceof DOMException && error.name === 'AbortError')
          return void (stage = 'asked')
        if (stage === 'choosing') incoming.decline()
        follow.failed(error, 'ERR_FILE_WRITE')
      }
      stage = 'over'
      ended()
    }
    const decline = (): void => {
      if (stage !== 'asked') return
      stage = 'over'
      incoming.decline()
      follow.show({ stage: { at: 'failed', code: 'ERR_FILE_DECLINED' } })
      ended()
    }
    const withdrawn = (code: ErrorCode): void => {
      if (stage !== 'asked') return
      stage = 'over'
      follow.show({ stage: { at: 'failed', code } })
      ended()
    }
    const line = log.add(lineOf('other', offer, offer.octets), {
      accept: () => void accept('downloads'),
      ...(canChoose(offer.kind) ? { acceptAt: () => void accept('choose') } : {}),
      decline,
      cancel: () => incoming.cancel(),
    })
    const follow = follower(log, line)
    begun()
    void incoming.withdrawn.then(withdrawn)
  }

  return { open, send, offered }
}

function lineOf(
  by: 'me' | 'other',
  { name, kind }: { readonly name: string; readonly kind: 'file' | 'folder' },
  octets: number,
): FileLine {
  const folder = kind === 'folder'
  const atUnixMs = Date.now()
  return { kind: 'file', by, name, folder, octets, stage: { at: 'offered' }, atUnixMs }
}

interface Follower {
  show(change: { readonly octets?: number; readonly stage?: FileStage }): void
  progress(progress: Progress): void
  failed(error: unknown, otherwise: 'ERR_FILE_READ' | 'ERR_FILE_WRITE'): void
}

/** Shows what becomes of one transfer, not more often than eyes can follow. */
function follower(log: Log, line: Line): Follower {
  const seen: { readonly at: number; readonly octets: number }[] = []
  let drawnAt = -Infinity

  const show: Follower['show'] = (change) => {
    const shown = line.shown.value
    if (shown.kind === 'file') log.change(line, { ...shown, ...change })
  }

  return {
    show,
    progress({ octets, of, resumed }) {
      const at = performance.now()
      if (at - drawnAt < DRAW_MS && octets < of) return
      drawnAt = at
      seen.push({ at, octets })
      while (seen.length > 2 && at - seen[0]!.at > RATE_MS) seen.shift()
      const first = seen[0]!
      const rate =
        at - first.at < DRAW_MS ? undefined : ((octets - first.octets) * 1_000) / (at - first.at)
      show({ stage: { at: 'moving', octets, of, resumed, rate } })
    },
    failed(error, otherwise) {
      const code = error instanceof HufuError ? error.code : otherwise
      show({ stage: { at: 'failed', code } })
    },
  }
}
