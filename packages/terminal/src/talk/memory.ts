import { equal, type Secret } from '@hufu/protocol/crypto'
import { resumeIdOf } from '@hufu/protocol/pair'
import type { Session } from '@hufu/protocol/session'
import type { Acquaintance } from '../pairing/via.ts'
import type { Contact, Profile } from '../profile.ts'

/** Octets of a resume secret and of a meeting's id. */
const SECRET_OCTETS = 32
const MEETING_OCTETS = 16

/** By what this end knows the other again: in this talk, and, if both wish it, later. */
export interface Memory extends Acquaintance {
  /** The contact that is kept up to date, if there is one. */
  readonly contact: string | undefined
  /** Under which name this end wishes to remember the other, as long as that is open. */
  readonly wish: string | undefined
  readonly peerWishes: boolean
  /**
   * A session stands. Its resume secret replaces the one before; the one that was used to get here is kept until the new
   * one has been used.
   *
   * @param resumed id of the secret that was used, empty if it was a passphrase.
   */
  renew(session: Session, resumed: Uint8Array): Promise<void>
  /** The session's keys have moved: a new resume secret, and the one before it until the new one has been used. */
  refresh(session: Session): Promise<void>
  /** This end wants to keep the other as a contact of that name. */
  remember(name: string): Promise<void>
  /** The other end wants to be remembered. */
  peerRemembers(): Promise<void>
  /** Everything that was to be saved is, or has failed. */
  settled(): Promise<void>
}

export interface MemoryStart {
  readonly server: string
  readonly terminalSeed: Secret
  readonly peerTerminal: Uint8Array
  readonly profile: Profile | undefined
  /** What both knew each other by beforehand, if they did. */
  readonly acquaintance: Acquaintance | undefined
  /** Name of the contact that was met, if so. */
  readonly contact: string | undefined
  /** What either had wished before this end lost its keys. */
  readonly wish: string | undefined
  readonly peerWishes: boolean
  /** Both have asked for it, and the contact is saved. */
  readonly remembered: (name: string) => void
}

/** Memory of a talk that has just begun, or goes on. */
export function startMemory(start: MemoryStart): Memory {
  const { profile } = start
  let meeting = start.acquaintance?.meeting ?? new Uint8Array(0)
  let secrets = start.acquaintance?.secrets ?? []
  let contact = start.contact
  let wish = start.wish
  let peerWishes = start.peerWishes
  let saving: Promise<void> = Promise.resolve()

  /** One after the other, so that the newest secret is the last to be written. */
  const save = (name: string): Promise<void> => {
    const saved = saving.then(() => write(name))
    saving = saved.catch(() => undefined)
    return saved
  }

  const write = async (name: string): Promise<void> => {
    const [secret, previous] = secrets
    if (profile === undefined || secret === undefined) return
    const { server, terminalSeed, peerTerminal } = start
    const usedUnixMs = Date.now()
    const known: Contact | undefined = await profile.contact(name)
    const addedUnixMs = known?.addedUnixMs ?? usedUnixMs
    const fresh = { name, server, terminalSeed, peerTerminal, meeting, secret, previous }
    await profile.saveContact({ ...fresh, addedUnixMs, usedUnixMs })
  }

  /** Nothing is kept before both want it: alone it would be of no use. */
  const keep = async (): Promise<void> => {
    if (wish === undefined || !peerWishes || secrets.length === 0) return
    const name = wish
    wish = undefined
    await save(name)
    contact = name
    start.remembered(name)
  }

  return {
    get meeting() {
      return meeting
    },
    get secrets() {
      return secrets
    },
    get contact() {
      return contact
    },
    get wish() {
      return wish
    },
    get peerWishes() {
      return peerWishes
    },
    async renew(session, resumed) {
      if (meeting.length === 0) meeting = session.export('meeting', MEETING_OCTETS).expose().slice()
      const used = secrets.find((secret) => equal(resumeIdOf(secret), resumed))
      const secret = session.export('resume', SECRET_OCTETS)
      secrets = used === undefined ? [secret] : [secret, used]
      if (contact !== undefined) await save(contact)
      else await keep()
    },
    async refresh(session) {
      secrets = [session.export('resume', SECRET_OCTETS), ...secrets.slice(0, 1)]
      if (contact !== undefined) await save(contact)
    },
    async remember(name) {
      wish = name
      await keep()
    },
    async peerRemembers() {
      peerWishes = true
      await keep()
    },
    settled: () => saving,
  }
}
