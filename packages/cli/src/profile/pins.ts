import { equal } from '@hufu/protocol/crypto'
import type { Pin, Pins } from '@hufu/terminal'
import { letters } from './contacts.ts'
import { fieldsOf, shelf } from './shelf.ts'

/** A user who was met, with the keys. */
export interface PinnedUser {
  readonly user: string
  /** In the order in which they were met. */
  readonly keys: readonly Pin[]
}

/** Pins in the profile's folder: `pins/USER.json`. */
export interface FilePins extends Pins {
  all(): Promise<readonly PinnedUser[]>
  /** Forgets a user; false if there is none. */
  forget(user: string): Promise<boolean>
}

/** Every method may throw {@link HufuError} `ERR_PROFILE`. */
export function filePins(profile: string): FilePins {
  const users = shelf<PinnedUser>(profile, 'pins', readUser, ({ keys }) => ({
    keys: keys.map(({ keyId, ...pin }) => ({ ...pin, key: letters(keyId) })),
  }))
  return {
    of: async (user) => (await users.read(user))?.keys ?? [],
    keep: async (user, { keyId, kind }, nowUnixMs) =>
      users.change(user, (present) => {
        const keys = present?.keys ?? []
        const met = keys.find((pin) => equal(pin.keyId, keyId))
        const fresh = { keyId, kind, metUnixMs: met?.metUnixMs ?? nowUnixMs, usedUnixMs: nowUnixMs }
        const others = keys.filter((pin) => pin !== met)
        return { user, keys: [...others, fresh].toSorted((a, b) => a.metUnixMs - b.metUnixMs) }
      }),
    all: async () => users.all(),
    forget: async (user) => users.remove(user),
  }
}

function readUser(object: Readonly<Record<string, unknown>>, path: string): PinnedUser {
  const file = fieldsOf(object, path)
  const keys = file.list('keys').map((item): Pin => {
    const key = fieldsOf(item, path)
    return {
      keyId: key.octets('key', 32),
      kind: key.oneOf('kind', ['software', 'token', 'passkey', 'outside']),
      metUnixMs: key.number('metUnixMs'),
      usedUnixMs: key.number('usedUnixMs'),
    }
  })
  return { user: file.text('name'), keys }
}
