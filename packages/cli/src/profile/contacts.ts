import { Secret } from '@hufu/protocol/crypto'
import type { Contact } from '@hufu/terminal'
import { damaged } from './store.ts'

/** What stands in a contact's file. Octets as base64url. */
export function writeContact(contact: Contact): object {
  return {
    name: contact.name,
    server: contact.server,
    terminalSeed: letters(contact.terminalSeed.expose()),
    peerTerminal: letters(contact.peerTerminal),
    meeting: letters(contact.meeting),
    secret: letters(contact.secret.expose()),
    previous: contact.previous === undefined ? null : letters(contact.previous.expose()),
    addedUnixMs: contact.addedUnixMs,
    usedUnixMs: contact.usedUnixMs,
  }
}

/**
 * The contact in a file's object.
 *
 * @param path only named in the error
 * @throws {HufuError} `ERR_PROFILE` if anything is missing or has a wrong form.
 */
export function readContact(object: Readonly<Record<string, unknown>>, path: string): Contact {
  const { name, server, addedUnixMs, usedUnixMs, previous } = object
  if (typeof name !== 'string' || typeof server !== 'string') throw damaged(path)
  if (typeof addedUnixMs !== 'number' || typeof usedUnixMs !== 'number') throw damaged(path)
  return {
    name,
    server,
    terminalSeed: new Secret(octets(object['terminalSeed'], 32, path)),
    peerTerminal: octets(object['peerTerminal'], 32, path),
    meeting: octets(object['meeting'], 16, path),
    secret: new Secret(octets(object['secret'], 32, path)),
    previous: previous === null ? undefined : new Secret(octets(previous, 32, path)),
    addedUnixMs,
    usedUnixMs,
  }
}

/**
 * Octets written as base64url.
 *
 * @throws {HufuError} `ERR_PROFILE` if they are not so many.
 */
export function octets(value: unknown, count: number, path: string): Uint8Array {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]*$/.test(value)) throw damaged(path)
  const read = Uint8Array.from(Buffer.from(value, 'base64url'))
  if (read.length !== count) throw damaged(path)
  return read
}

/** Base64url without padding. */
export function letters(value: Uint8Array): string {
  return Buffer.from(value).toString('base64url')
}
