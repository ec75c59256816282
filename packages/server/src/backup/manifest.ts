import {
  equal,
  hex,
  lvCat,
  sha256,
  unbase64url,
  base64url,
  unhex,
  utf8,
} from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { list, nullable, object, text, whole, type Described } from '../admin/schema.ts'
import type { MasterKey } from '../vault/master/master-key.ts'

/*
 * A backup is a tar archive: what is in it, the seal over that, then the parts in the order of the list. The seal is what
 * only whoever has the master key can make: without it somebody could put an account of their own into a backup.
 */

/** The form that is written, and the only one that is read. */
const FORMAT = 1
/** Of the list and of the seal, at most, in octets. */
export const MOST_OCTETS = 65_536

/** The parts that a backup may have: paths below the data folder. */
export const PARTS = ['hufu.db', 'audit.marks', 'tls/ca.pem', 'tls/cert.pem'] as const

const id = text(32, 32, /^[0-9a-f]+$/)
const schema = object({
  format: whole(0),
  /** Random, of this one backup. */
  id,
  /** Which version of hufu wrote it. */
  version: text(1, 64),
  /** ISO 8601. */
  made: text(20, 30),
  /** Whose it is. */
  server: id,
  /** Steps that have brought its tables to where they are. */
  schema: list(text(1, 200), 10_000),
  /** Ids of the master keys that it takes to use it, the current one first. */
  masters: list(id, 16),
  audit: object({
    /** Number of the last entry. */
    last: whole(0),
    /** What is wrong with the record; null: nothing is. */
    fault: nullable(text(1, 1_000)),
  }),
  parts: list(
    object({ name: text(1, 99), octets: whole(0), sha256: text(64, 64, /^[0-9a-f]+$/) }),
    16,
  ),
})

/** What a backup says of itself. */
export type Manifest = Described<typeof schema>

/** The octets of a list of parts. */
export function manifestOctets(manifest: Omit<Manifest, 'format'>): Uint8Array {
  return utf8(`${JSON.stringify({ format: FORMAT, ...manifest }, undefined, 2)}\n`)
}

/**
 * What those octets say.
 *
 * @throws {HufuError} `ERR_BACKUP_DAMAGED`; `ERR_STORE_VERSION` if a newer hufu wrote them.
 */
export function readManifest(octets: Uint8Array): Manifest {
  const value = parsed(octets)
  const { format } = (value ?? {}) as { readonly format?: unknown }
  if (typeof format === 'number' && format > FORMAT)
    throw new HufuError('ERR_STORE_VERSION', 'the backup was written by a newer hufu')
  const manifest = schema.read(value)
  if (manifest?.format !== FORMAT) throw damaged('its list of parts cannot be read')
  const names = manifest.parts.map(({ name }) => name)
  const known = PARTS.filter((name) => names.includes(name))
  if (known.join() !== names.join() || names[0] !== 'hufu.db')
    throw damaged('its list of parts is not one that hufu writes')
  return manifest
}

const sealSchema = object({ master: id, seal: text(1, 200) })

/** A seal over the list of parts, by a master key. */
export async function sealOf(key: MasterKey, manifest: Uint8Array): Promise<Uint8Array> {
  const seal = await key.wrap(sha256(manifest), contextOf(key.id))
  return utf8(`${JSON.stringify({ master: hex(key.id), seal: base64url(seal) })}\n`)
}

/** Id of the master key that a seal is of. */
export function masterOf(seal: Uint8Array): Uint8Array {
  return unhex(readSeal(seal).master)
}

/**
 * Holds a list of parts against its seal.
 *
 * @throws {HufuError} `ERR_BACKUP_DAMAGED` if they do not fit, or it is none.
 */
export async function requireSealed(
  key: MasterKey,
  seal: Uint8Array,
  manifest: Uint8Array,
): Promise<void> {
  const wrapped = unbase64url(readSeal(seal).seal)
  const sealed = wrapped && (await key.unwrap(wrapped, contextOf(key.id)))
  if (sealed === undefined || !equal(sealed, sha256(manifest)))
    throw damaged('its list of parts was altered: whoever wrote it did not have the master key')
}

/** An `ERR_BACKUP_DAMAGED`, saying why. */
export function damaged(why: string): HufuError {
  return new HufuError('ERR_BACKUP_DAMAGED', why)
}

function readSeal(octets: Uint8Array): Described<typeof sealSchema> {
  const seal = sealSchema.read(parsed(octets))
  if (seal === undefined) throw damaged('its seal cannot be read')
  return seal
}

function contextOf(master: Uint8Array): Uint8Array {
  return lvCat(utf8('hufu backup: list of parts'), master)
}

function parsed(octets: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(octets).toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
