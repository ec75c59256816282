import { ed25519, random } from '@hufu/protocol/crypto'
import { drawWords, wordsPrs, type Channel } from '@hufu/protocol/pair'
import { after } from '@hufu/protocol/wire'
import { connect, parseServer, systemClock, type Connection, type OpenSocket } from '@hufu/terminal'
import type { FromServer } from '../../packages/terminal/src/connection/messages.ts'
import {
  answerAttempt,
  requestAttempt,
  type Agreement,
  type Attempt,
  type AttemptPorts,
} from '../../packages/terminal/src/pairing/attempt.ts'
import { converse, type Conversation } from '../../packages/terminal/src/talk/conversation.ts'

/** A terminal whose connection stays open from one pair to the next. */
export interface KeptEnd {
  readonly connection: Connection
  hear: (message: FromServer) => void
  data: (session: number, payload: Uint8Array) => void
}

/** Connects a terminal, hello and all. */
export function keptEnd(server: string, openSocket: OpenSocket): Promise<KeptEnd> {
  return new Promise((resolve, reject) => {
    const nothing = (): void => undefined
    const connection = connect({
      server: parseServer(server),
      key: ed25519.generate(random),
      random,
      clock: systemClock,
      openSocket,
      handlers: {
        open: () => resolve(end),
        lost: nothing,
        message: (message) => end.hear(message),
        data: (session, _sender, payload) => end.data(session, payload),
        closed: reject,
      },
    })
    const end: KeptEnd = { connection, hear: nothing, data: nothing }
  })
}

let refs = 0

/** One complete pair: a slot opened, the handshake, the session stands at both ends, both leave it. */
export async function keptPair(opener: KeptEnd, joiner: KeptEnd): Promise<void> {
  const knowledge = [{ by: 'passphrase', prs: wordsPrs(drawWords(random)) }] as const
  const at = await openSlot(opener)
  const channel: Channel = { serverId: opener.connection.serverId, kind: 'slot', at }
  const opened = new Promise<Conversation>((resolve, reject) => {
    let attempt: Attempt | undefined
    opener.hear = (message) => {
      if (message.type !== 'pair.ring') return attempt?.message(message)
      const rung = answerAttempt(portsOf(opener, resolve, reject), message, channel)
      attempt = rung
      rung.answer(knowledge)
    }
  })
  const joined = new Promise<Conversation>((resolve, reject) => {
    refs += 1
    const request = { channel, knowledge, name: '' }
    const ports = portsOf(joiner, resolve, reject)
    const attempt = requestAttempt(ports, refs, request, () => undefined)
    joiner.hear = (message) => attempt.message(message)
  })
  for (const conversation of await Promise.all([opened, joined])) conversation.discard()
}

function openSlot(end: KeptEnd): Promise<string> {
  refs += 1
  return new Promise((resolve) => {
    end.hear = (message) => {
      if (message.type === 'pair.opened') resolve(message.slot)
    }
    end.connection.send({ type: 'pair.open', ref: refs, again: null })
  })
}

function portsOf(
  end: KeptEnd,
  stands: (conversation: Conversation) => void,
  fails: (code: unknown) => void,
): AttemptPorts {
  const { connection } = end
  return {
    clock: systemClock,
    random,
    send: (message) => void connection.send(message),
    terminal: connection.terminal,
    agreed: (agreement) => begin(end, agreement, stands, fails),
    failed: fails,
  }
}

function begin(
  end: KeptEnd,
  { keys, role, sessionId }: Agreement,
  stands: (conversation: Conversation) => void,
  fails: (code: unknown) => void,
): void {
  const { root, transcriptHash } = keys
  const conversation = converse({
    connection: end.connection,
    clock: systemClock,
    sessionId,
    start: { root, transcriptHash, role, standBy: after(systemClock.now(), 30_000) },
    awayMs: 60_000,
    handlers: {
      message: () => Promise.resolve(),
      room: () => undefined,
      event: (event) => {
        if (event.type === 'standing') stands(conversation)
        else if (event.type === 'closed' && event.code !== undefined) fails(event.code)
      },
    },
  })
  end.hear = (message) => conversation.message(message)
  end.data = (session, payload) => conversation.data(session, payload)
}
