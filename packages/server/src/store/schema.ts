import type { Generated, Kysely } from 'kysely'

/*
 * What is kept. Times are milliseconds of the calendar, ids and hashes octets. Portable SQL only: SQLite now,
 * PostgreSQL where several servers share one store.
 */

export interface Schema {
  /** What is made once, at the first start. */
  meta: { name: string; value: Uint8Array }
  /** Every number that is in use or resting. */
  slots: {
    number: string
    terminal: Uint8Array
    /** Who opened it, as `keyOf` hides it. */
    source: Uint8Array
    state: SlotState
    opened: number
    expires: number
    rests_until: number
  }
  /** Names by which a terminal rings, as `keyOf` hides them. */
  names: { name: Uint8Array; terminal: Uint8Array; claimed: number; last_used: number }
  /** Attempts to pair that have not proved good, one row for each key that they count against. */
  guesses: { id: Uint8Array; against: Uint8Array; at: number }
  /** `lossy`: it carries media, and what is late is dropped. */
  sessions: { id: Uint8Array; created: number; last_used: number; lossy: Generated<0 | 1> }
  members: {
    session: Uint8Array
    /** The member's index in the session. */
    position: number
    terminal: Uint8Array
    left_at: number | null
  }
  /** The audit record. `hash` is over the one before and all the other columns. */
  audit_entries: {
    /** From 1, without gaps. */
    seq: number
    at: number
    actor: string
    action: string
    object_kind: string
    object_id: string
    outcome: string
    /** JSON. */
    detail: string
    hash: Uint8Array
  }
  /** One row: the last entry's number and hash. Whoever appends changes it first, and so appends alone. */
  audit_head: { id: 'head'; seq: number; hash: Uint8Array }
  /** Signatures over the record up to `seq`. */
  audit_marks: {
    seq: number
    at: number
    hash: Uint8Array
    /** 1: what came before it was dropped, and the record begins behind it. */
    begins: 0 | 1
    public_key: Uint8Array
    signature: Uint8Array
  }
  /** Which master keys the data keys are under: one, and another while it is changed. */
  vault_masters: {
    /** 16 octets. */
    id: Uint8Array
    state: MasterState
    /** Shows whether a key that goes by this id is the one. */
    proof: Uint8Array
  }
  /** Data keys. The one with an owner's highest serial is in use, others only open what they sealed. */
  vault_keys: {
    serial: Generated<number>
    /** 16 octets, random. */
    id: Uint8Array
    owner: string
    /** Id of the master key that it is wrapped under. */
    master: Uint8Array
    wrapped: Uint8Array
    /** How often it has sealed, by sampling. */
    seals: number
  }
  vault_secrets: {
    owner: string
    name: string
    /** Serial of the data key. */
    key: number
    sealed: Uint8Array
  }
  /** Who runs the server, or owns something in it. */
  operators: {
    name: string
    role: string
    /** Its Argon2id hash, as `passphrase.ts` writes it; null until its owner has chosen one. */
    passphrase: string | null
    created: number
  }
  /** Who is signed in. */
  operator_sessions: {
    /** SHA-256 of its id. */
    hash: Uint8Array
    operator: string
    kept_by: SessionKeeper
    created: number
    last_used: number
  }
  /** What programs sign in by. */
  operator_tokens: {
    /** Public. */
    id: string
    /** SHA-256 of the token. */
    hash: Uint8Array
    name: string
    operator: string
    /** The token that made it, and goes with it. */
    made_by: string | null
    /** Permissions, with spaces between. */
    scope: string
    created: number
    expires: number
    last_used: number | null
  }
  /** Codes, good once, by which a passphrase is chosen. */
  operator_codes: {
    /** SHA-256 of the code. */
    hash: Uint8Array
    /** Whose account it opens; null: it makes a new one. */
    operator: string | null
    expires: number
  }
  /** People, by their user IDs. */
  users: {
    id: string
    state: UserState
    /** An operator's words on why the user is suspended. */
    reason: string | null
    created: number
  }
  user_keys: {
    /** `keyIdOf`, 32 octets: it stays when certificates are renewed. */
    id: Uint8Array
    user: string
    kind: string
    algorithm: string
    /** The certificates that were issued last, DER. */
    cert_signing: Uint8Array
    cert_agreement: Uint8Array
    /** When the first of them ends. */
    expires: number
    created: number
    last_used: number | null
    revoked: number | null
    reason: string | null
  }
  /** Every certificate of our own issuing that has not ended: what a revocation list is made of. */
  certificates: {
    serial: Uint8Array
    /** Id of its issuer. */
    issuer: Uint8Array
    key: Uint8Array
    expires: number
    revoked: number | null
  }
  /** Keys of users, sealed under passkeys: of no use here. */
  passkeys: { credential: Uint8Array; key: Uint8Array; host: string; sealed: Uint8Array }
  /** Codes by which keys and chips are enrolled. What they are authenticated by is in the vault. */
  invitations: {
    /** 16 octets, made of the code. */
    id: Uint8Array
    kind: InvitationKind
    user: string
    created: number
    /** Null: never. */
    expires: number | null
    /** Id of the key, or of the terminal, that it was used for. Then it is good for nothing else. */
    used_by: Uint8Array | null
  }
  /** Who is signed in at a terminal. */
  bindings: {
    terminal: Uint8Array
    user: string
    proved_by: 'key' | 'chip'
    /** Id of the key; null where it was the terminal's chip. */
    key: Uint8Array | null
    since: number
    expires: number
    last_seen: number
  }
  /** Who has signed in at a terminal, and when last. */
  visits: { terminal: Uint8Array; user: string; last: number }
  /** Sign-ins that were ended, until the terminal has been told. */
  endings: { terminal: Uint8Array; user: string; code: string; reason: string; at: number }
  /** Terminals with a security chip, whose sign-in keys are in the vault. */
  chips: { terminal: Uint8Array; user: string; enrolled: number }
  /** Calls that are under way. */
  calls: {
    /** 16 octets, its initiator's choice. */
    id: Uint8Array
    initiator: string
    /** Index of the host. */
    host: number
    /** Host and port, as its initiator dialled it: what is signed in it names that. */
    server: string
    /** Who had users rung last, with their random number and certificates, DER: what whoever is rung is shown. */
    rung_by: string
    r1: Uint8Array
    cert_signing: Uint8Array
    cert_agreement: Uint8Array
    /** Ids of its two sessions. */
    signalling: Uint8Array
    media: Uint8Array
    /** Whether members prove their KEYs to the server before they are let in. */
    checks_members: 0 | 1
    /** The last that its host has told. */
    epoch: number
    created: number
  }
  /** Who is or was in a call, and where. */
  call_members: {
    call: Uint8Array
    /** The member's index, in both sessions. */
    position: number
    user: string
    terminal: Uint8Array
    /** Communication ID of its second connection. */
    media: Uint8Array
    joined: number
    left_at: number | null
  }
  /** Who is rung for a call, until when, and what they have to sign if the server checks. */
  call_rings: { call: Uint8Array; user: string; challenge: Uint8Array | null; until: number }
  /** Who is trusted to certify users. */
  issuers: {
    /** SHA-256 over the certificate. */
    id: Uint8Array
    certificate: Uint8Array
    /** With spaces between. */
    namespaces: string
    ours: 0 | 1
    added: number
  }
}

export type UserState = 'active' | 'suspended'

/** `key`: for a user's key. `recovery`: the same, held by the user. `terminal`: for a terminal's chip. */
export type InvitationKind = 'key' | 'recovery' | 'terminal'

/** `browser`: in a cookie. `program`: sent by its holder in a header. One is not taken for the other. */
export type SessionKeeper = 'browser' | 'program'

/** `current`: new data keys are wrapped under it. `leaving`: old ones may still be. */
export type MasterState = 'current' | 'leaving'

/** `burned`: somebody has tried it. `closed`: its opener took it back. */
export type SlotState = 'open' | 'burned' | 'closed'

/** A connection or a transaction: what a query runs on. */
export type Db = Kysely<Schema>
