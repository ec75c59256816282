import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import { codeOf, syncFolder } from '../system.ts'
import { makeClosed } from './folder.ts'
import { locked } from './lock.ts'
import { fileNameOf } from './names.ts'
import { damaged, readObject, writeObject } from './store.ts'

/** What stands in a file. */
export type Stored = Readonly<Record<string, unknown>>

/** Things of one kind in a folder of the profile, each under a name, in a file of its own. */
export interface Shelf<T> {
  read(name: string): Promise<T | undefined>
  /** All of them, by name. */
  all(): Promise<readonly T[]>
  /** Replaces what has this name, durably. */
  save(name: string, item: T): Promise<void>
  /** Puts what `change` makes of what has this name in its place, while no other process writes. */
  change(name: string, change: (present: T | undefined) => T): Promise<void>
  /** False if there was none. */
  remove(name: string): Promise<boolean>
}

/**
 * A shelf at `profile/folder`. The folder is 0700, files 0600; each is replaced whole, one process at a time; a damaged
 * one is named and left as it is.
 *
 * Every method may throw {@link HufuError} `ERR_PROFILE`, or what `read` throws.
 *
 * @param read the item in a file's object; `path` only for the error
 * @param write what stands in the file beside the name
 */
export function shelf<T>(
  profile: string,
  folder: string,
  read: (object: Stored, path: string) => T,
  write: (item: T) => object,
): Shelf<T> {
  const place = join(profile, folder)
  const pathOf = (name: string): string => join(place, `${fileNameOf(name)}.json`)

  const exclusively = async <R>(act: () => Promise<R>): Promise<R> => {
    makeClosed(place)
    return locked(profile, act)
  }
  const readAt = async (path: string, name?: string): Promise<T | undefined> => {
    const object = await readObject(path)
    if (object === undefined) return undefined
    // A file that holds another name than its own was moved by hand.
    if (name !== undefined && object['name'] !== name) throw damaged(path)
    return read(object, path)
  }
  const change = async (name: string, make: (present: T | undefined) => T): Promise<void> =>
    exclusively(async () => {
      const path = pathOf(name)
      const item = make(await readAt(path, name))
      await writeObject(path, { ...write(item), name })
    })

  return {
    read: async (name) => readAt(pathOf(name), name),
    async all() {
      const files = await readdir(place).catch((cause: unknown) => {
        if (codeOf(cause) === 'ENOENT') return []
        throw new HufuError('ERR_PROFILE', `${place}: cannot be read (${codeOf(cause)})`, { cause })
      })
      const paths = files.filter((file) => file.endsWith('.json')).toSorted()
      const items = await Promise.all(paths.map(async (file) => readAt(join(place, file))))
      return items.filter((item) => item !== undefined)
    },
    save: async (name, item) => change(name, () => item),
    change,
    remove: async (name) =>
      exclusively(async () => {
        try {
          await unlink(pathOf(name))
        } catch (cause) {
          if (codeOf(cause) === 'ENOENT') return false
          throw new HufuError('ERR_PROFILE', `${pathOf(name)}: cannot be removed`, { cause })
        }
        await syncFolder(place)
        return true
      }),
  }
}

/** Fields of a file's object, each of its form, or `ERR_PROFILE`. */
export function fieldsOf(object: Stored, path: string): Fields {
  const read = <V>(name: string, is: (value: unknown) => value is V): V => {
    const value = object[name]
    if (!is(value)) throw damaged(path)
    return value
  }
  return {
    text: (name) => read(name, (value) => typeof value === 'string'),
    number: (name) =>
      read(name, (value): value is number => typeof value === 'number' && Number.isFinite(value)),
    flag: (name) => read(name, (value) => typeof value === 'boolean'),
    oneOf: (name, words) =>
      read(name, (value): value is (typeof words)[number] =>
        (words as readonly unknown[]).includes(value),
      ),
    octets: (name, least, most = least) => {
      const letters = read(name, (value) => typeof value === 'string')
      const octets = Uint8Array.from(Buffer.from(letters, 'base64url'))
      const strict = Buffer.from(octets).toString('base64url') === letters
      if (!strict || octets.length < least || octets.length > most) throw damaged(path)
      return octets
    },
    object: (name) =>
      read(
        name,
        (value): value is Stored =>
          typeof value === 'object' && value !== null && !Array.isArray(value),
      ),
    list: (name) => {
      const items = read(name, (value): value is unknown[] => Array.isArray(value))
      return items.map((item) => {
        if (typeof item !== 'object' || item === null) throw damaged(path)
        return item as Stored
      })
    },
  }
}

/** Reads one field of a file. */
export interface Fields {
  text(name: string): string
  number(name: string): number
  flag(name: string): boolean
  oneOf<const W extends string>(name: string, words: readonly W[]): W
  /** Base64url: as many octets, or from `least` to `most`. */
  octets(name: string, least: number, most?: number): Uint8Array
  object(name: string): Stored
  list(name: string): readonly Stored[]
}
