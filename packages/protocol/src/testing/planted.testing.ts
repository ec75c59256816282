import { stepAnswerer } from '../ceremonies/pair/index.ts'
import { concat, Secret } from '../crypto/index.ts'
import { startSession, type Session, type SessionStart } from '../session/session.ts'
import { SOUND, type Parts } from './pair-world.testing.ts'
import { plainRecords, type PlainRecords } from './records.testing.ts'

/*
 * Faults to plant. A property that finds none of them tests nothing. What a test never asks of a session (its numbers)
 * stays as it was at the start.
 */

/** An answerer that never looks at the tag Ta. */
export const TA_UNCHECKED: Parts = {
  ...SOUND,
  stepAnswerer(state, input, now, random) {
    if (state.at !== 'answered' || input.type !== 'verdict' || input.message.confirm === null)
      return stepAnswerer(state, input, now, random)
    const confirm = { ...input.message.confirm, tag: state.secrets.expectedTa }
    return stepAnswerer(state, { ...input, message: { ...input.message, confirm } }, now, random)
  },
}

/** A session that believes the server's verdict, and does not wait for the other's first record. */
export const STANDS_BY_VERDICT: Parts = {
  ...SOUND,
  startSession(start) {
    const session = startSession(start)
    let told = false
    return {
      ...session,
      events() {
        const events = session.events()
        if (told) return events
        told = true
        return [{ type: 'standing' }, ...events]
      },
    }
  },
}

/** A session whose records carry texts as they are, and open whatever their counter. */
export const COUNTERS_UNCHECKED: Parts = { ...SOUND, startSession: sessionWithoutCounters }

function sessionWithoutCounters(start: SessionStart): Session {
  const root = start.root.expose().slice()
  const fresh = (): PlainRecords =>
    plainRecords(new Secret(root.slice()), start.role, start.transcriptHash)
  const records = fresh()
  const outbox: Uint8Array[] = [new Uint8Array(0)]
  const inbox: Uint8Array[] = []
  const happened: ReturnType<Session['events']>[number][] = []
  const quietEnd = start.standBy + 300_000
  let at: Session['at'] = 'opening'
  const end = (): void => {
    if (at === 'closed') return
    happened.push({
      type: 'closed',
      code: at === 'opening' ? 'ERR_PEER_GONE' : undefined,
      unacknowledged: 0,
    })
    at = 'closed'
  }
  return {
    ...startSession({ ...start, root: new Secret(root.slice()) }),
    get at() {
      return at
    },
    send: (message) => outbox.push(message instanceof Uint8Array ? message : concat(...message)),
    receive(record) {
      if (!(record instanceof Uint8Array)) return
      const opened = fresh().open(record) // knows no counter yet: every record is new to it
      if (!opened.ok || opened.value.kind === 'repeated' || at === 'closed') return
      if (at === 'opening') happened.push({ type: 'standing' })
      at = 'standing'
      if (opened.value.payload.length > 0) inbox.push(opened.value.payload)
    },
    take: () => (at === 'standing' ? inbox.shift() : undefined),
    taken: () => undefined,
    abort: end,
    poll(now) {
      if (now >= quietEnd) end()
      const next = outbox.shift()
      if (next === undefined) return undefined
      const sealed = records.seal(next)
      return sealed.ok ? sealed.value : undefined
    },
    wakeAt: () => (at === 'closed' ? undefined : (quietEnd as typeof start.standBy)),
    events: () => happened.splice(0),
  }
}
