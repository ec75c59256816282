import type { AudioCounts } from './audio/index.ts'
import type { HopReason } from '@hufu/protocol/group'
import type { KeyKind } from '@hufu/protocol/identity'
import type { ErrorCode } from '@hufu/protocol/wire'
import type {
  AuditExport,
  AuditFault,
  AuditRestore,
  Backup,
  Check,
  CheckedBackup,
  Restored,
} from '@hufu/server'

import type { CallCounts, MemberEvent } from '@hufu/terminal'

/** State of a file or folder on its way. */
export type FileState =
  'offered' | 'started' | 'progress' | 'done' | 'declined' | 'cancelled' | 'failed'

/** What `--json` prints, one object a line. Scripts rely on it: add, never rename. docs/operations.md explains each. */
export type CliEvent =
  | { readonly event: 'listening'; readonly url: string; readonly data: string }
  | { readonly event: 'draining' }
  | { readonly event: 'stopped' }
  | { readonly event: 'code'; readonly code: string; readonly expires: number }
  | {
      readonly event: 'connection'
      readonly state: 'connected' | 'lost'
      /** In a call: which of its two connections. */
      readonly of?: 'signalling' | 'media'
      /** Milliseconds until the next try. */
      readonly inMs?: number
    }
  | { readonly event: 'waiting'; readonly name?: string }
  | { readonly event: 'ringing'; readonly from?: string; readonly terminal?: string }
  | { readonly event: 'failed'; readonly code: ErrorCode }
  | {
      readonly event: 'paired'
      readonly words: readonly string[]
      readonly peer: { readonly terminal: string }
    }
  | {
      readonly event: 'identified'
      /** Null if the other shows no key and nobody was rung by user ID. */
      readonly user: string | null
      readonly verified: boolean
      /** With a verified key: what holds it, its id in base64url, how it was met, and since when the user is known. */
      readonly kind?: KeyKind
      readonly key?: string
      readonly pinned?: 'new' | 'same' | 'changed'
      readonly since?: string
      /** Without one: why; null if none was shown. `known`: the user was verified before. */
      readonly code?: ErrorCode | null
      readonly known?: boolean
    }
  /** `user`: in a call, whose line it is. */
  | { readonly event: 'text'; readonly text: string; readonly user?: string }
  | { readonly event: 'acknowledged'; readonly count: number }
  | { readonly event: 'away' }
  | { readonly event: 'back' }
  | { readonly event: 'finished' }
  | { readonly event: 'gone' }
  | { readonly event: 'wish' }
  | { readonly event: 'remembered'; readonly name: string }
  | { readonly event: 'rekeyed'; readonly epoch: number }
  | { readonly event: 'unremembered'; readonly code: ErrorCode }
  | {
      readonly event: 'file'
      readonly direction: 'send' | 'receive'
      readonly state: FileState
      readonly id: number
      readonly name: string
      readonly kind: 'file' | 'folder'
      /** Octets in all, and how many of them are across. */
      readonly octets: number
      readonly done: number
      /** Where it was written. */
      readonly path?: string
      readonly code?: ErrorCode
      /** In a call: who offers it. */
      readonly user?: string
    }
  | {
      readonly event: 'closed'
      readonly code: ErrorCode | null
      readonly unacknowledged: number
      /** Of a call: an operator's words, empty if there are none, and frames of media. */
      readonly reason?: string
      readonly frames?: CallCounts
    }
  /** A call is placed. Ids of calls are 32 hex digits. */
  | { readonly event: 'calling'; readonly call: string; readonly users: readonly string[] }
  /** Somebody calls. With a key that is good: what holds it and the rest as in `identified`; otherwise why not. */
  | {
      readonly event: 'called'
      readonly call: string
      readonly from: string
      readonly kind?: KeyKind
      readonly key?: string
      readonly pinned?: 'new' | 'same' | 'changed'
      readonly since?: string
      readonly code?: ErrorCode
    }
  | { readonly event: 'answered'; readonly call: string; readonly from: string }
  | {
      readonly event: 'member'
      readonly user: string | null
      readonly state: MemberEvent['state']
      readonly index?: number
      readonly kind?: KeyKind
      readonly key?: string
      readonly pinned?: 'new' | 'same' | 'changed'
      readonly since?: string
      readonly code?: ErrorCode
    }
  | {
      readonly event: 'host'
      readonly user: string
      readonly self: boolean
      readonly how: 'handed' | 'taken'
    }
  | { readonly event: 'rival'; readonly user: string | null }
  | {
      readonly event: 'hop'
      readonly epoch: number
      readonly reason: HopReason
      /** From when it was prepared here until it was in use here. */
      readonly ms: number
      readonly members: number
    }
  | { readonly event: 'deaf'; readonly deaf: boolean }
  | { readonly event: 'returned' }
  /** A recording is closed. Frames of 20 ms. */
  | ({ readonly event: 'recorded'; readonly path: string } & AudioCounts)
  /** In a call: what has become of a file of ours at one member. */
  | {
      readonly event: 'delivery'
      readonly id: number
      readonly name: string
      readonly user: string | null
      readonly outcome: 'stored' | 'declined' | 'unanswered' | 'failed'
      readonly code?: ErrorCode
    }
  /** Somebody calls while this end is in a call; the rest as in `called`. */
  | {
      readonly event: 'waits'
      readonly from: string
      readonly call: string
      readonly kind?: KeyKind
      readonly key?: string
      readonly pinned?: 'new' | 'same' | 'changed'
      readonly since?: string
      readonly code?: ErrorCode
    }
  /** Somebody called, and it rings here no longer. */
  | {
      readonly event: 'missed'
      readonly from: string
      readonly call: string
      readonly code: ErrorCode
    }
  | { readonly event: 'callcode'; readonly words: readonly string[]; readonly digits: string }
  | {
      readonly event: 'contact'
      readonly name: string
      readonly server: string
      readonly terminal: string
      readonly added: string
      readonly used: string
    }
  | {
      readonly event: 'pin'
      readonly user: string
      readonly key: string
      readonly kind: KeyKind
      readonly met: string
      readonly used: string
    }
  | { readonly event: 'forgotten'; readonly name: string }
  | { readonly event: 'renamed'; readonly from: string; readonly to: string }
  | {
      readonly event: 'setting'
      readonly name: string
      readonly value: string
      readonly source: string
      readonly flag: string | null
      readonly env: string
      readonly about: string
    }
  | {
      readonly event: 'audited'
      readonly entries: number
      readonly first: number
      readonly last: number
      readonly marks: number
      /** Last entry that a mark covers. */
      readonly marked: number
      /** Entries that say that a backup was restored. */
      readonly restores: readonly AuditRestore[]
      /** 64 hexadecimal digits; null if nothing was ever marked. */
      readonly key: string | null
      /** The first thing that is wrong. */
      readonly fault: AuditFault | null
    }
  | ({ readonly event: 'entry' } & AuditExport)
  /** A code that opens an account. Times of these events are ISO 8601. */
  | { readonly event: 'setup'; readonly code: string; readonly expires: string }
  | {
      readonly event: 'signedin'
      readonly operator: string
      readonly role: string
      readonly permissions: readonly string[]
      readonly expires: string
      /** The token that it is, if it is one. */
      readonly token?: { readonly id: string; readonly name: string }
    }
  | { readonly event: 'signedout' }
  | {
      readonly event: 'operator'
      readonly name: string
      readonly role: string
      readonly created: string
      /** No passphrase has been chosen yet. */
      readonly invited: boolean
    }
  | {
      readonly event: 'invited'
      readonly name: string
      readonly code: string
      readonly expires: string
      /** Of a user, not an account: what the code enrols, and the page that does. */
      readonly kind?: 'key' | 'terminal'
      readonly user?: string
      readonly link?: string | null
    }
  | { readonly event: 'role'; readonly name: string; readonly role: string }
  | { readonly event: 'removed'; readonly name: string }
  | {
      readonly event: 'created'
      /** Shown this once. */
      readonly token: string
      readonly id: string
      readonly scope: readonly string[]
      readonly expires: string
    }
  | {
      readonly event: 'token'
      readonly id: string
      readonly name: string
      readonly operator: string
      readonly scope: readonly string[]
      readonly created: string
      readonly expires: string
      readonly lastUsed: string | null
    }
  | { readonly event: 'revoked'; readonly id: string }
  | {
      readonly event: 'user'
      readonly user: string
      readonly state: 'active' | 'suspended'
      /** An operator's words on why the user is suspended. */
      readonly reason: string | null
      readonly created: string
      /** Those that are not revoked. */
      readonly keys: number
      /** Terminals where the user is signed in. */
      readonly signedIn: number
    }
  | {
      readonly event: 'userkey'
      readonly user: string
      readonly key: string
      readonly kind: string
      readonly algorithm: string
      readonly created: string
      readonly expires: string
      readonly lastUsed: string | null
      readonly revoked: string | null
      readonly reason: string | null
    }
  | {
      readonly event: 'binding'
      readonly terminal: string
      readonly user: string
      readonly by: string
      readonly key: string | null
      readonly since: string
      readonly expires: string
      readonly lastSeen: string
      readonly connected: boolean
    }
  | {
      readonly event: 'invitation'
      readonly user: string
      readonly kind: string
      readonly created: string
      readonly expires: string | null
    }
  | {
      /** A call, as its operator sees it. */
      readonly event: 'listedcall'
      readonly id: string
      readonly initiator: string
      readonly host: string
      readonly since: string
      /** Members, and users who are rung. */
      readonly size: number
      readonly ringing: number
      /** Of the key, as the host has told it last. */
      readonly epoch: number
    }
  | {
      readonly event: 'listedmember'
      readonly call: string
      readonly index: number
      readonly user: string
      readonly terminal: string
      readonly since: string
      readonly isHost: boolean
      readonly connected: boolean
    }
  | { readonly event: 'listedring'; readonly call: string; readonly user: string }
  | { readonly event: 'forced'; readonly call: string; readonly reason: string }
  | { readonly event: 'withdrawn'; readonly user: string; readonly invitations: number }
  | { readonly event: 'suspended'; readonly user: string }
  | { readonly event: 'resumed'; readonly user: string }
  | {
      readonly event: 'issuer'
      readonly id: string
      readonly subject: string
      readonly namespaces: readonly string[]
      readonly ours: boolean
      readonly expires: string
      readonly added: string
    }
  | { readonly event: 'trusted'; readonly id: string; readonly namespaces: readonly string[] }
  | { readonly event: 'exported'; readonly folder: string; readonly files: number }
  | {
      readonly event: 'verified'
      readonly url: string
      readonly files: number
      /** Paths whose content is another, or missing. */
      readonly wrong: readonly string[]
    }
  | { readonly event: 'vault'; readonly owners: number; readonly secrets: number }
  | {
      readonly event: 'master'
      readonly id: string
      readonly state: 'current' | 'leaving'
      readonly dataKeys: number
      /** Whether the settings lead to it. */
      readonly found: boolean
    }
  | { readonly event: 'rotating'; readonly done: number; readonly total: number }
  | {
      readonly event: 'rotated'
      /** Ids of master keys. */
      readonly from: string
      readonly to: string
      readonly dataKeys: number
      readonly resumed: boolean
      readonly place: string
    }
  | ({ readonly event: 'backedup'; readonly file: string } & Backup)
  /** `restore --check`. */
  | ({ readonly event: 'backup'; readonly file: string } & CheckedBackup)
  | ({ readonly event: 'restored'; readonly file: string } & Restored)
  | {
      readonly event: 'checked'
      readonly check: Check
      readonly is: 'ok' | 'warn' | 'fail'
      readonly found: string
      /** What to do; null where nothing is. */
      readonly advice: string | null
    }
  /** A key, or a terminal's chip, has been enrolled. Times of the events of users are ISO 8601. */
  | {
      readonly event: 'enrolled'
      readonly name: string
      readonly user: string
      readonly kind: KeyKind | 'chip'
      /** The key's id in base64url; null for a chip. */
      readonly key: string | null
      /** Shown this once; null where there is none. */
      readonly recovery: string | null
      readonly server: string
    }
  | {
      readonly event: 'key'
      /** Null for a key that is not here. */
      readonly name: string | null
      readonly user: string
      readonly kind: KeyKind
      readonly key: string
      readonly server: string
      /** When its certificates end; null for a key that is not here. */
      readonly expires: string | null
      /** With `--all`, null if it never was. */
      readonly lastUsed?: string | null
      readonly revoked?: string | null
    }
  /** A user is signed in at this terminal. */
  | {
      readonly event: 'bound'
      readonly user: string
      readonly by: 'key' | 'chip'
      readonly terminal: string
      readonly since: string
      readonly expires: string
    }
  | { readonly event: 'renewed'; readonly name: string; readonly expires: string }
  /** A sign-in is over. `code`: null if this command did it. */
  | {
      readonly event: 'released'
      readonly user: string | null
      readonly terminal: string
      readonly code: ErrorCode | null
      /** An operator's words, empty if there are none. */
      readonly reason: string
    }
  | {
      readonly event: 'elsewhere'
      readonly terminal: string
      readonly since: string
      readonly expires: string
      readonly connected: boolean
    }
  | { readonly event: 'version'; readonly version: string; readonly node: string }
  | {
      readonly event: 'error'
      readonly code: ErrorCode
      readonly message: string
      readonly advice: string
    }
