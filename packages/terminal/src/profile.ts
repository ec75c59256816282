import type { Random, Secret } from '@hufu/protocol/crypto'

/** Somebody that this terminal can meet again without a passphrase. */
export interface Contact {
  /** What the user calls them here. */
  readonly name: string
  /** URL of the server that both meet at. */
  readonly server: string
  /** Seed of the terminal key that this end uses with them, 32 octets. */
  readonly terminalSeed: Secret
  /** Their communication ID, 32 octets. */
  readonly peerTerminal: Uint8Array
  /** Under which both meet, 16 octets; stays the same. */
  readonly meeting: Uint8Array
  /** The newest resume secret, 32 octets. */
  readonly secret: Secret
  /** The one before, until the newest has been used: the other may not have it yet. */
  readonly previous: Secret | undefined
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly addedUnixMs: number
  readonly usedUnixMs: number
}

/** What a terminal keeps between its runs. Each platform brings its own: files, IndexedDB. */
export interface Profile {
  /** Seed (32 octets) of the terminal key kept under this name, made from `random` at first use. */
  terminalSeed(name: string, random: Random): Promise<Secret>
  contact(name: string): Promise<Contact | undefined>
  /** Replaces it whole, or leaves it as it was. */
  saveContact(contact: Contact): Promise<void>
  /** False if there was none. */
  forgetContact(name: string): Promise<boolean>
  /** Throws `ERR_CONTACT_UNKNOWN` or `ERR_CONTACT_EXISTS`. */
  renameContact(from: string, to: string): Promise<void>
  contacts(): Promise<readonly Contact[]>
  /**
   * Counts a guess under `key`, durably, before anybody can make it. Resolves how many there are in the last `windowMs`,
   * with this one.
   */
  countGuess(key: string, nowUnixMs: number, windowMs: number): Promise<number>
  /** Takes the newest guess under `key` back: it was none. */
  forgiveGuess(key: string): Promise<void>
}
