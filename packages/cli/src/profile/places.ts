import { fieldsOf, shelf, type Shelf } from './shelf.ts'

/** Who was signed in at a server last from this profile, and where: the server knows whether it still holds. */
export interface SignInPlace {
  /** URL of the server. */
  readonly server: string
  /** Name of the terminal's key in this profile. */
  readonly terminal: string
  readonly user: string
  /** Name of the key that did it; null for the terminal's chip. */
  readonly key: string | null
  readonly sinceUnixMs: number
  readonly expiresUnixMs: number
  /** The process that keeps the terminal's connection; null if none stays. */
  readonly stayedBy: number | null
}

/** Places in the profile's folder, by server: `places/SERVER.json`. Throws {@link HufuError} `ERR_PROFILE`. */
export function placesFile(profile: string): Shelf<SignInPlace> {
  return shelf(profile, 'places', read, (place) => place)
}

function read(object: Readonly<Record<string, unknown>>, path: string): SignInPlace {
  const file = fieldsOf(object, path)
  return {
    server: file.text('name'),
    terminal: file.text('terminal'),
    user: file.text('user'),
    key: object['key'] === null ? null : file.text('key'),
    sinceUnixMs: file.number('sinceUnixMs'),
    expiresUnixMs: file.number('expiresUnixMs'),
    stayedBy: object['stayedBy'] === null ? null : file.number('stayedBy'),
  }
}
