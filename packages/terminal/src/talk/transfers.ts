import type { TalkMessage } from '@hufu/protocol/pair'
import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { FileSource, Progress } from './files.ts'
import { receiveFiles, type Incoming, type IncomingTransfer } from './incoming.ts'
import { sendFiles, type Outgoing, type TransferPort } from './outgoing.ts'

/** All transfers of a talk, both ways. */
export interface Transfers {
  /** Sends; begins anew under the talk's next session if this one is lost. Closes the source at the end. */
  send(source: FileSource, on: (progress: Progress) => void, signal?: AbortSignal): Promise<void>
  /** A message about a transfer. False if it is about none, or offers one under a number in use. */
  message(message: TalkMessage): Promise<boolean>
  /** The talk goes on in a new session: what was being sent is offered again, what was coming is let go. */
  restart(): Promise<void>
  /** The talk is over. */
  stop(code: ErrorCode): Promise<void>
  /** Transfers of ours that the other does not have whole. */
  readonly unfinished: number
}

/** No transfers yet. `offered` is told of each that the other offers. */
export function startTransfers(
  port: TransferPort,
  offered: (incoming: Incoming) => void,
): Transfers {
  const outgoing = new Map<number, Outgoing>()
  const incoming = new Map<number, IncomingTransfer>()
  const restarting = new WeakSet<Outgoing>()
  let numbers = 0
  let unfinished = 0

  const once = async (
    source: FileSource,
    on: (progress: Progress) => void,
    signal: AbortSignal | undefined,
  ): Promise<'done' | 'again'> => {
    numbers += 1
    const id = numbers
    const transfer = sendFiles(id, source, port, on)
    const cancel = (): void => transfer.cancel()
    outgoing.set(id, transfer)
    if (signal?.aborted === true) cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      await transfer.done
      return 'done'
    } catch (error) {
      if (restarting.has(transfer)) return 'again'
      throw error
    } finally {
      outgoing.delete(id)
      signal?.removeEventListener('abort', cancel)
    }
  }

  return {
    get unfinished() {
      return unfinished
    },
    async send(source, on, signal) {
      unfinished += 1
      try {
        while ((await once(source, on, signal)) === 'again');
        unfinished -= 1
      } catch (error) {
        // Declined or cancelled is an answer; only what the talk's end cut off counts as not taken.
        if (error instanceof HufuError && error.code.startsWith('ERR_FILE_')) unfinished -= 1
        throw error
      } finally {
        await source.close()
      }
    },
    async message(message) {
      switch (message.type) {
        case 'offer': {
          const { id, name, kind, octets, entries } = message
          if (incoming.has(id)) return false
          const transfer = receiveFiles(id, { name, kind, octets, entries }, port)
          incoming.set(id, transfer)
          offered(transfer.incoming)
          return true
        }
        case 'accept':
        case 'decline':
        case 'have':
        case 'stored':
          outgoing.get(message.id)?.message(message)
          return true
        case 'cancel':
          if (message.by === 'receiver') outgoing.get(message.id)?.message(message)
          else await incoming.get(message.id)?.message(message)
          return true
        case 'entries':
        case 'begin':
        case 'piece':
        case 'end':
          await incoming.get(message.id)?.message(message)
          return true
        default:
          return false
      }
    },
    async restart() {
      for (const transfer of outgoing.values()) {
        restarting.add(transfer)
        transfer.stop('ERR_PEER_GONE')
      }
      const coming = [...incoming.values()]
      incoming.clear()
      await Promise.all(coming.map((transfer) => transfer.stop('ERR_PEER_GONE')))
    },
    async stop(code) {
      for (const transfer of outgoing.values()) transfer.stop(code)
      await Promise.all([...incoming.values()].map((transfer) => transfer.stop(code)))
    },
  }
}
