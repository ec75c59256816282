import { ed25519, random, utf8 } from '@hufu/protocol/crypto'
import { NONCE_OCTETS, PAIR_LIMITS, startRequester, TAG_OCTETS } from '@hufu/protocol/pair'
import {
  connect,
  openWebSocket,
  parseServer,
  systemClock,
  type ConnectionHandlers,
} from '@hufu/terminal'

/** What an attacker can measure of one attempt, in milliseconds. */
export const SPANS = [
  'request to acknowledgement',
  'request to answer',
  'confirmation to verdict',
  'confirmation to end',
] as const

export type Spans = Readonly<Record<(typeof SPANS)[number], number>> & {
  /** Octets in the answer. */
  readonly octets: number
}

/** Somebody who requests at slots without knowing the words. */
export interface Prober {
  /** One whole attempt. Everything is noticed `plantedMs` late: 0, but where a difference is planted. */
  attempt(slot: string, plantedMs?: number): Promise<Spans>
  /** Requests and goes no further: the slot is busy from when this resolves. */
  hold(slot: string): Promise<void>
  /** Ends what {@link hold} began, if anything. */
  letGo(): void
  close(): void
}

type Message = Parameters<ConnectionHandlers['message']>[0]

interface Noticed<T extends Message['type']> {
  readonly message: Extract<Message, { type: T }>
  readonly at: number
}

/** Opens a connection for attempts, one after the other. */
export async function openProber(url: string): Promise<Prober> {
  const opened = Promise.withResolvers<void>()
  const inbox: { readonly message: Message; readonly at: number }[] = []
  let wake: () => void = () => undefined
  let heldMs = 0
  let requestedAt = 0
  let ref = 0
  let held: Uint8Array | undefined
  const notice = (message: Message): void => {
    inbox.push({ message, at: performance.now() })
    wake()
  }
  const connection = connect({
    server: parseServer(url),
    key: ed25519.generate(random),
    random,
    clock: systemClock,
    openSocket: openWebSocket,
    handlers: {
      open: () => opened.resolve(),
      lost: () => undefined,
      data: () => undefined,
      message: (message) => {
        if (heldMs === 0) notice(message)
        else setTimeout(notice, heldMs, message)
      },
      closed: opened.reject,
    },
  })
  await opened.promise

  /** The next message of that type, and when it was noticed; others before it are passed over. */
  const next = async <T extends Message['type']>(type: T): Promise<Noticed<T>> => {
    for (;;) {
      const noticed = inbox.shift()
      if (noticed === undefined) await new Promise<void>((resolve) => (wake = resolve))
      else if (noticed.message.type === 'refused')
        throw new Error(`refused: ${noticed.message.code}`)
      else if (noticed.message.type === type) return noticed as Noticed<T>
    }
  }

  const request = (slot: string): void => {
    ref += 1
    inbox.length = 0
    const channel = { serverId: connection.serverId, kind: 'slot', at: slot } as const
    const { send } = startRequester(
      {
        channel,
        knowledge: [{ by: 'passphrase', prs: utf8('not-the-words') }],
        terminal: connection.terminal,
        name: '',
        limits: PAIR_LIMITS,
      },
      systemClock.now(),
      random,
    )
    requestedAt = performance.now()
    connection.send({ type: 'pair.request', ref, to: { kind: 'slot', at: slot }, ...send })
  }

  return {
    async attempt(slot, plantedMs = 0) {
      heldMs = plantedMs
      request(slot)
      const requested = await next('pair.requested')
      const answered = await next('pair.answered')
      const { pairing, share, associated, tag: answerTag } = answered.message
      const [tag, opening] = [random(TAG_OCTETS), random(NONCE_OCTETS)]
      const confirmedAt = performance.now()
      connection.send({ type: 'pair.confirm', pairing, tag, opening })
      const verdict = await next('pair.verdict')
      const ended = await next('session.ended')
      return {
        'request to acknowledgement': requested.at - requestedAt,
        'request to answer': answered.at - requestedAt,
        'confirmation to verdict': verdict.at - confirmedAt,
        'confirmation to end': ended.at - confirmedAt,
        octets: share.length + associated.length + answerTag.length,
      }
    },
    async hold(slot) {
      heldMs = 0
      request(slot)
      held = (await next('pair.requested')).message.pairing
    },
    letGo() {
      if (held !== undefined)
        connection.send({ type: 'pair.fail', pairing: held, reason: 'mismatch' })
      held = undefined
    },
    close: () => connection.close(),
  }
}
