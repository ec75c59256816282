import type { PairKeys } from '../ceremonies/pair/index.ts'
import { hex, text, utf8 } from '../crypto/index.ts'
import type { Session, SessionStart } from '../session/session.ts'
import type { ErrorCode } from '../wire/errors.ts'
import { at } from './clock.testing.ts'
import type { Hop } from './hostile-relay.testing.ts'
import { atOnce } from './records.testing.ts'

/** What became of one end. */
export interface EndResult {
  /** The codes that the handshake and the session ended with; undefined where all went well. */
  readonly code: ErrorCode | undefined
  /** The keys it came to, as soon as it had any; the root in hexadecimal. */
  readonly keys: (Pick<PairKeys, 'words'> & { readonly root: string }) | undefined
  readonly agreed: boolean
  readonly stood: boolean
  readonly over: boolean
  readonly sent: readonly string[]
  readonly taken: readonly string[]
  /** How many of its texts the other is said to have taken. */
  readonly acknowledged: number
}

export type Send = (hop: Hop, octets: Uint8Array) => void

/** One terminal from its keys on: its session, what it says there and what it hears. */
export interface End {
  /** It has keys, and no session yet. */
  found(keys: PairKeys): void
  agree(keys: PairKeys, now: number): void
  fail(code: ErrorCode): void
  receive(record: Uint8Array, now: number): void
  pump(now: number): void
  wakesAt(): number | undefined
  result(): EndResult
}

/** Milliseconds that an end gives the other's first record after the verdict. */
const STAND_MS = 10_000
/** Texts that each end says before it closes. */
const TEXTS = 3

/** One terminal's session: three texts, then it closes. */
export function endOf(
  role: SessionStart['role'],
  index: number,
  startSession: (start: SessionStart) => Session,
  send: Send,
): End {
  const hop: Hop = role === 'initiator' ? 'records to opener' : 'records to requester'
  const sent = Array.from({ length: TEXTS }, (_, n) => `${role} ${index} ${n}`)
  const taken: string[] = []
  let keys: EndResult['keys']
  let session: Session | undefined
  let code: ErrorCode | undefined
  let stood = false
  let acknowledged = 0
  let over = false

  const note = (): void => {
    for (const event of session?.events() ?? []) {
      if (event.type === 'standing') stood = true
      if (event.type === 'acknowledged') acknowledged = event.upTo
      if (event.type !== 'closed') continue
      over = true
      code = event.code
    }
  }
  const found = (made: PairKeys): void => {
    keys ??= { words: made.words, root: hex(made.root.expose()) }
  }
  return {
    found,
    agree(made: PairKeys, now: number): void {
      if (session !== undefined) return
      found(made)
      const { root, transcriptHash } = made
      session = startSession({ root, role, transcriptHash, standBy: at(now + STAND_MS) })
      for (const each of sent) session.send(utf8(each))
      session.close()
      session.present(at(now))
    },
    fail(why: ErrorCode): void {
      if (session !== undefined) session.abort(why)
      else {
        over = true
        code ??= why
      }
      note()
    },
    receive(octets: Uint8Array, now: number): void {
      session?.receive(octets, at(now))
    },
    pump(now: number): void {
      if (session === undefined) return
      for (let got = session.take(); got !== undefined; got = session.take()) {
        taken.push(text(got) ?? 'no text')
        session.taken(at(now))
      }
      for (;;) {
        const record = session.poll(at(now))
        if (record === undefined) break
        send(hop, atOnce(record))
      }
      note()
    },
    wakesAt: () => session?.wakeAt(),
    result: (): EndResult => ({
      code,
      keys,
      agreed: session !== undefined,
      stood,
      over,
      sent,
      taken,
      acknowledged,
    }),
  }
}
