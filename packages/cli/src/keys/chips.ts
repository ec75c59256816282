import { random, Secret, utf8 } from '@hufu/protocol/crypto'
import { signin, type Chip } from '@hufu/terminal'
import { letters } from '../profile/contacts.ts'
import { fieldsOf, shelf, type Shelf, type Stored } from '../profile/shelf.ts'
import { damagedKey, sealed, unsealed } from './sealed.ts'
import type { HoldingPorts } from './index.ts'

/*
 * The security chips of this profile's terminals (A5): `chips/TERMINAL.json`. Like keys, what holds a chip's root key is a
 * row below.
 */

export type ChipHeldBy = 'file' | 'token'

/** A terminal's chip as the profile keeps it. */
export interface StoredChip {
  /** Name of the terminal in this profile. */
  readonly terminal: string
  readonly heldBy: ChipHeldBy
  /** URL of the server that it was enrolled at, and the user whom it signs in there. */
  readonly server: string
  readonly user: string
  readonly held: Stored
}

/** A chip that is open; it must be closed. */
export interface OpenChip extends Chip {
  close(): Promise<void>
}

/** What holds chips: one file each. */
export interface ChipHolding {
  /** A new root key, as the arguments of `hufu terminal enrol` say. */
  make(ports: HoldingPorts): Promise<{ readonly chip: OpenChip; readonly held: Stored }>
  /** Rejects with {@link HufuError} `ERR_KEY_PASSPHRASE`, `ERR_KEY_FILE`, `ERR_HSM_…`, `ERR_INTERRUPTED`. */
  open(chip: StoredChip, ports: HoldingPorts): Promise<OpenChip>
}

/** What holds a chip of that kind. */
export const CHIP_HOLDINGS: Readonly<Record<ChipHeldBy, () => Promise<ChipHolding>>> = {
  file: async () => fileChip,
  token: async () => (await import('./pkcs11-chip.ts')).tokenChip,
}

/** The chips of a profile's terminals. Throws {@link HufuError} `ERR_PROFILE`. */
export function chipsOf(profile: string): Shelf<StoredChip> {
  return shelf(profile, 'chips', readChip, (chip) => chip)
}

const ROOT_OCTETS = 32
const ABOUT = utf8('hufu/1 terminal root')

/** A root key in the profile: sealed under a passphrase, or with `--unattended` readable by whoever has the file. */
const fileChip: ChipHolding = {
  async make({ args, questions, name }) {
    const root = new Secret(random(ROOT_OCTETS))
    if (args.has('unattended'))
      return { chip: await chipOf(root), held: { root: letters(root.expose()) } }
    const passphrase = await questions.newPassphrase(`the chip of ${name}`)
    const held = sealed(root.expose(), passphrase, ABOUT, random) as Stored
    passphrase.fill(0)
    return { chip: await chipOf(root), held }
  },
  async open({ terminal, held }, { questions }) {
    const path = `the chip of ${terminal}`
    if ('root' in held) {
      const root = fieldsOf(held, path).octets('root', ROOT_OCTETS)
      return chipOf(new Secret(root))
    }
    const root = await questions.opening(path, (passphrase) =>
      unsealed(held, passphrase, ABOUT, path),
    )
    if (root.length !== ROOT_OCTETS) throw damagedKey(path)
    return chipOf(new Secret(root))
  },
}

async function chipOf(root: Secret): Promise<OpenChip> {
  const { softwareChip } = await signin()
  return { ...softwareChip(root), close: async () => root.wipe() }
}

function readChip(object: Stored, path: string): StoredChip {
  const file = fieldsOf(object, path)
  return {
    terminal: file.text('name'),
    heldBy: file.oneOf('heldBy', ['file', 'token']),
    server: file.text('server'),
    user: file.text('user'),
    held: file.object('held'),
  }
}
