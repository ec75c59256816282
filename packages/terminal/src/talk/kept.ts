/**
 * What a talk needs to go on after its keys are lost with the page or process that held them. Plain data: it may be
 * cloned and stored, but only sealed, for it holds secrets. Record keys are not in it: whoever comes back makes new ones.
 */
export interface KeptTalk {
  readonly server: string
  /** Seed of this end's terminal key, 32 octets. */
  readonly terminalSeed: Uint8Array
  readonly peerTerminal: Uint8Array
  /** Under which both meet again, 16 octets. */
  readonly meeting: Uint8Array
  /** Resume secrets, 32 octets each, the newest first. */
  readonly secrets: readonly Uint8Array[]
  readonly words: readonly string[]
  /** Texts said so far, and those of them that the other has not taken. */
  readonly said: number
  readonly unacknowledged: readonly { readonly number: number; readonly text: string }[]
  /** The other's last text that was dealt with. */
  readonly heard: number
  /** The contact that is renewed with every new secret, if there is one. */
  readonly contact: string | undefined
  /** Under which name this end wishes to remember the other, until both wish it; and whether the other does. */
  readonly wish: string | undefined
  readonly peerWishes: boolean
}

/** Keeps a talk. */
export interface TalkKeeper {
  /**
   * Replaces what was kept: before a text leaves, before one of the other's is acknowledged, and after every handshake.
   * Undefined: the talk is over, forget it. A text is on its way, or acknowledged, only when this has resolved.
   */
  save(kept: KeptTalk | undefined): Promise<void>
}
