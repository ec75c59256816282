import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Incoming } from '@hufu/terminal'
import type { Output } from '../output.ts'
import type { ProgressBoard } from './progress.ts'
import { sizeText } from './sizes.ts'

/** Takes or declines what the other offers. */
export interface Receiver {
  /** An offer has come; in a call, of that user. */
  offered(incoming: Incoming, user?: string): void
  /**
   * The user's answer to the oldest offer that waits; false if none waits. The folder is made where it is missing; if that
   * cannot be, it rejects with `ERR_FILE_WRITE`, and the offer still waits.
   */
  accept(directory: string): Promise<boolean>
  decline(): boolean
  /** Whether anything is coming in. */
  readonly busy: boolean
  /** The first thing that went wrong on our side, if any did. */
  readonly failure: ErrorCode | undefined
}

/** What a receiver needs. */
export interface ReceiverPorts {
  readonly output: Output
  readonly board: ProgressBoard
  /** Folder for everything that is offered, if there is one. */
  readonly directory: string | undefined
  /** Whether there is a person to decide. */
  readonly canAsk: boolean
  /** Called when something that was coming in has ended. */
  readonly settled: () => void
}

/** A receiver: with a folder it takes everything, with a person it asks, otherwise it declines. */
export function receiver(ports: ReceiverPorts): Receiver {
  const { output, board } = ports
  const waiting: Offered[] = []
  let underway = 0
  let count = 0
  let failure: ErrorCode | undefined

  const take = async ({ incoming, id, from }: Offered, directory: string): Promise<void> => {
    const { name, kind, octets } = incoming.offer
    const report = board.follow({
      direction: 'receive',
      id,
      name,
      kind,
      octets,
      ...from,
    })
    underway += 1
    try {
      const { folderSink } = await import('../files/sink.ts')
      report.started()
      report.done(await incoming.accept(folderSink(directory, incoming.offer), report.progress))
    } catch (error) {
      const { code, message } = asHufuError(error)
      report.failed(code, message)
      failure ??= code
    } finally {
      underway -= 1
      ports.settled()
    }
  }

  /** Resolves once an offer is no longer made: whether it waited until then. */
  const withdrawn = async (one: Offered): Promise<boolean> => {
    await one.incoming.withdrawn
    const at = waiting.indexOf(one)
    if (at >= 0) waiting.splice(at, 1)
    return at >= 0
  }

  return {
    offered(incoming, user) {
      count += 1
      const id = count
      const from = user === undefined ? {} : { user }
      const { name, kind, octets } = incoming.offer
      const offer = {
        direction: 'receive',
        id,
        name,
        kind,
        octets,
        done: 0,
        ...from,
      } as const
      void output.event({ event: 'file', state: 'offered', ...offer })
      if (ports.directory !== undefined) return void take({ incoming, id, from }, ports.directory)
      if (ports.canAsk) {
        const one: Offered = { incoming, id, from }
        waiting.push(one)
        const who = user ?? 'The other'
        void withdrawn(one).then((was) => was && output.note(`${who} offers ${name} no longer`))
        output.note(`${who} offers ${name} (${sizeText(octets)}): /accept [DIR] or /decline`)
        return
      }
      incoming.decline()
      void output.event({ event: 'file', state: 'declined', ...offer })
      output.note(`declined ${name} (${sizeText(octets)}); --receive DIR takes files`)
    },
    async accept(directory) {
      if (waiting.length === 0) return false
      const { makeDirectory } = await import('../files/directory.ts')
      makeDirectory(directory)
      const first = waiting.shift()
      if (first !== undefined) void take(first, directory)
      return first !== undefined
    },
    decline() {
      const first = waiting.shift()
      first?.incoming.decline()
      return first !== undefined
    },
    get busy() {
      return underway > 0
    },
    get failure() {
      return failure
    },
  }
}

/** An offer, which of all it is, and in a call whose. */
interface Offered {
  readonly incoming: Incoming
  readonly id: number
  readonly from: { readonly user?: string }
}

function asHufuError(error: unknown): HufuError {
  return error instanceof HufuError ? error : new HufuError('ERR_INTERNAL', String(error))
}
