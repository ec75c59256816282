import {
  HufuError,
  type ErrorCode,
  type Identified,
  type Talk,
  type TalkEvent,
} from '@hufu/terminal'
import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { sourceOf } from '../ports/files.ts'
import { tellOfText } from './attention.ts'
import type { Note } from './lines.ts'
import type { Line, Log } from './log.ts'
import { isSame } from './same.ts'
import { startTransfers, type Transfers } from './transfers.ts'

/** How it stands with the other. */
export type Presence =
  /** The page was reloaded; the two are finding each other again. */
  | { readonly at: 'returning' }
  | { readonly at: 'here' }
  /** The other is away for a moment, or the server is. */
  | { readonly at: 'away' | 'offline' }
  /** One of the two is leaving. */
  | { readonly at: 'leaving' }
  | {
      readonly at: 'over'
      readonly code: ErrorCode | undefined
      readonly unacknowledged: number
      /** The user found that the words differ. */
      readonly differed: boolean
    }

/** What can be sent. */
type Chosen = Parameters<typeof sourceOf>[0]

/** A conversation as the page shows it, and what can be done in it. */
export interface Conversation {
  /** Whom it is with; empty if nobody gave a name. */
  readonly who: ReadonlySignal<string>
  /** The name under which the other is a contact, if it is one. */
  readonly contact: ReadonlySignal<string | undefined>
  /** Who the other is, by its KEY; undefined where nobody goes by keys. */
  readonly identity: ReadonlySignal<Identified | undefined>
  /** The user wants to remember the other, who does not yet. */
  readonly asked: ReadonlySignal<boolean>
  readonly words: readonly string[]
  readonly compared: ReadonlySignal<boolean>
  readonly presence: ReadonlySignal<Presence>
  /** When the keys in use came into use, in milliseconds of `performance.now()`; undefined before the session stands. */
  readonly keysSince: ReadonlySignal<number | undefined>
  readonly typing: ReadonlySignal<boolean>
  readonly lines: ReadonlySignal<readonly Line[]>
  /** Files under way, or waiting for an answer. */
  readonly transfers: ReadonlySignal<number>
  /** What went wrong beside the talk: a contact that could not be kept. */
  readonly trouble: ReadonlySignal<ErrorCode | undefined>
  /** Whether anything can be said just now, even if it arrives later. */
  readonly canSay: ReadonlySignal<boolean>
  say(text: string): void
  type(): void
  /** Sends what was chosen, pasted or dropped. To be called in the very event that brought it. */
  attach(chosen: Chosen): void
  /** The user's word on the four words. */
  judge(same: boolean): void
  remember(name: string): void
  leave(): void
}

/** The conversation's side that whoever runs the pairing moves. */
export interface ConversationDriver {
  readonly conversation: Conversation
  /** The talk stands: all that happens in it is shown until it is over. */
  stands(talk: Talk): Promise<void>
  /** The connection to the server. */
  online(is: boolean): void
  /** It could not be gone on with. */
  failed(code: ErrorCode): void
}

export interface ConversationStart {
  readonly log: Log
  readonly who: string
  readonly contact: string | undefined
  readonly words: readonly string[]
  /** Texts of either side so far. */
  readonly counts: { readonly said: number; readonly heard: number }
}

/** Milliseconds that a note of typing lasts. Our choice: the library tells every three seconds. */
const TYPING_MS = 5_000

/** A conversation that is about to stand, for the first time or after a reload. */
export function converse(start: ConversationStart): ConversationDriver {
  const { log } = start
  const who = signal(start.who)
  const contact = signal(start.contact)
  const keysSince = signal<number | undefined>(undefined)
  const typing = signal(false)
  const away = signal(false)
  const offline = signal(false)
  const talk = signal<Talk | undefined>(undefined)
  const leaving = signal(false)
  const asked = signal(false)
  const trouble = signal<ErrorCode | undefined>(undefined)
  const over = signal<Extract<Presence, { at: 'over' }> | undefined>(undefined)
  const transfers = signal<Transfers | undefined>(undefined)
  let { said, heard } = start.counts
  let saying = Promise.resolve()
  let peerLeaves = false
  let differed = false
  let typingTimer: ReturnType<typeof setTimeout> | undefined

  const presence = computed((): Presence => {
    if (over.value !== undefined) return over.value
    if (talk.value === undefined) return { at: 'returning' }
    if (leaving.value) return { at: 'leaving' }
    if (offline.value) return { at: 'offline' }
    return { at: away.value ? 'away' : 'here' }
  })

  const note = (about: Note, name = ''): void =>
    void log.add({ kind: 'note', note: about, name, atUnixMs: Date.now() })

  const noted = (about: Note): boolean =>
    log.lines.value.some(({ shown: { value } }) => value.kind === 'note' && value.note === about)

  const identity = computed(() => {
    const shown = log.lines.value.map((line) => line.shown.value)
    const last = shown.findLast((line) => line.kind === 'identity')
    return last?.kind === 'identity' ? last.who : undefined
  })

  /** Shown again in every session: after a reload it may be nothing new. */
  const identified = (shown: Identified): void => {
    if (shown.verified && contact.value === undefined) who.value = shown.user
    if (!isSame(whoIn(identity.value), whoIn(shown)))
      log.add({ kind: 'identity', who: shown, atUnixMs: Date.now() })
  }

  const showTyping = (is: boolean): void => {
    clearTimeout(typingTimer)
    typing.value = is
    if (is) typingTimer = setTimeout(() => (typing.value = false), TYPING_MS)
  }

  const leave = (): void => {
    leaving.value = true
    void talk.value?.leave()
  }

  /** The other would go; it waits for what is on its way. */
  const letGo = (): void => {
    if (peerLeaves && transfers.value?.open.value === 0) leave()
  }

  const happened = (event: TalkEvent): void => {
    switch (event.type) {
      case 'text':
        heard += 1
        showTyping(false)
        log.add({
          kind: 'text',
          by: 'other',
          text: event.text,
          number: heard,
          fate: 'delivered',
          atUnixMs: Date.now(),
        })
        return tellOfText(who.value)
      case 'typing':
        return showTyping(true)
      case 'offer':
        transfers.value?.offered(event.incoming)
        return tellOfText(who.value)
      case 'away':
      case 'back':
        away.value = event.type === 'away'
        return
      case 'rekeyed':
        keysSince.value = performance.now()
        return
      case 'identified': {
        const { type: _, ...shown } = event
        return identified(shown)
      }
      case 'finished':
        return note('finished')
      case 'leaving':
        peerLeaves = true
        return letGo()
      case 'wish':
        return asked.value ? undefined : note('wish')
      case 'remembered':
        contact.value = event.name
        who.value = event.name
        return note('remembered', event.name)
      case 'unremembered':
        asked.value = false
        trouble.value = event.code
        return
      case 'closed':
        return ended(event.code, event.unacknowledged)
    }
  }

  const ended = (code: ErrorCode | undefined, unacknowledged: number): void => {
    showTyping(false)
    over.value = { at: 'over', code, unacknowledged, differed }
    for (const line of log.lines.value) {
      const shown = line.shown.value
      if (shown.kind === 'text' && shown.fate === 'underway')
        log.change(line, { ...shown, fate: 'lost' })
    }
  }

  /** One after the other, so that the library counts texts in the order in which they are shown. */
  const say = (text: string): void => {
    const standing = talk.value
    if (standing === undefined || over.value !== undefined) return
    said += 1
    const line = log.add({
      kind: 'text',
      by: 'me',
      text,
      number: said,
      fate: 'underway',
      atUnixMs: Date.now(),
    })
    const show = (fate: 'delivered' | 'lost'): void => {
      const shown = line.shown.value
      if (shown.kind === 'text') log.change(line, { ...shown, fate })
    }
    const before = saying
    const hand = async (): Promise<void> => {
      await before
      try {
        const { acknowledged } = await standing.say(text)
        acknowledged.then(
          () => show('delivered'),
          () => show('lost'),
        )
      } catch {
        show('lost')
      }
    }
    saying = hand()
  }

  const conversation: Conversation = {
    who,
    contact,
    identity,
    asked,
    words: start.words,
    compared: computed(() => noted('compared')),
    presence,
    keysSince,
    typing,
    lines: log.lines,
    transfers: computed(() => transfers.value?.open.value ?? 0),
    trouble,
    canSay: computed(() => ['here', 'away', 'offline'].includes(presence.value.at)),
    say,
    type: () => talk.value?.typing(),
    attach(chosen) {
      trouble.value = undefined
      const sources = sourceOf(chosen)
      const send = async (): Promise<void> => {
        for (const source of await sources) transfers.value?.send(source)
      }
      send().catch((error: unknown) => {
        trouble.value = error instanceof HufuError ? error.code : 'ERR_FILE_READ'
      })
    },
    judge(same) {
      if (same) return note('compared')
      differed = true
      talk.value?.abort()
    },
    remember(name) {
      trouble.value = undefined
      asked.value = true
      note('remembering', name)
      talk.value?.remember(name)
    },
    leave,
  }

  return {
    conversation,
    async stands(standing) {
      transfers.value = startTransfers(standing, log, letGo)
      talk.value = standing
      keysSince.value = performance.now()
      note(noted('paired') ? 'returned' : 'paired', who.value)
      try {
        for await (const event of standing.events()) happened(event)
      } catch (error) {
        ended(error instanceof HufuError ? error.code : 'ERR_INTERNAL', standing.unacknowledged)
      }
    },
    online: (is) => void (offline.value = !is),
    failed: (code) => ended(code, 0),
  }
}

/** What of an identity is worth a line of its own when it changes. */
function whoIn(shown: Identified | undefined): unknown {
  return shown?.verified === true ? { user: shown.user, keyId: shown.keyId } : shown
}
