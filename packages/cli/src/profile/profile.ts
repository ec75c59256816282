import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { Profile } from '@hufu/terminal'
import { codeOf, syncFolder } from '../system.ts'
import { makeClosed } from './folder.ts'
import { letters, octets, readContact, writeContact } from './contacts.ts'
import { readGuesses, withGuess, withoutGuess, writeGuesses } from './guesses.ts'
import { locked } from './lock.ts'
import { fileNameOf } from './names.ts'
import { damaged, readObject, writeObject } from './store.ts'

const SEED_OCTETS = 32

/**
 * A profile in a folder: `terminals/NAME.json`, `contacts/NAME.json`, `guesses.json`. Folders are 0700, files 0600;
 * files are replaced whole; one process at a time. A damaged file is named and left as it is.
 *
 * Every method may throw {@link HufuError} `ERR_PROFILE`.
 */
export function fileProfile(folder: string): Profile {
  const terminals = join(folder, 'terminals')
  const contacts = join(folder, 'contacts')
  const guessesPath = join(folder, 'guesses.json')
  const pathOf = (name: string): string => join(contacts, `${fileNameOf(name)}.json`)

  const exclusively = async <T>(act: () => Promise<T>): Promise<T> => {
    makeClosed(folder, terminals, contacts)
    return locked(folder, act)
  }

  return {
    terminalSeed: async (name, random) =>
      exclusively(async () => {
        const path = join(terminals, `${fileNameOf(name)}.json`)
        const object = await readNamed(path, name)
        if (object !== undefined) return new Secret(octets(object['seed'], SEED_OCTETS, path))
        const seed = random(SEED_OCTETS)
        await writeObject(path, { name, seed: letters(seed) })
        return new Secret(seed)
      }),
    async contact(name) {
      const path = pathOf(name)
      const object = await readNamed(path, name)
      return object === undefined ? undefined : readContact(object, path)
    },
    saveContact: async (contact) =>
      exclusively(async () => {
        const path = pathOf(contact.name)
        const object = await readNamed(path, contact.name)
        if (object !== undefined) readContact(object, path) // a damaged one is not replaced
        await writeObject(path, writeContact(contact))
      }),
    forgetContact: async (name) =>
      exclusively(async () => {
        try {
          await unlink(pathOf(name))
        } catch (cause) {
          if (codeOf(cause) === 'ENOENT') return false
          throw new HufuError('ERR_PROFILE', `${pathOf(name)}: cannot be removed`, { cause })
        }
        await syncFolder(contacts)
        return true
      }),
    renameContact: async (from, to) =>
      exclusively(async () => {
        const object = await readNamed(pathOf(from), from)
        if (object === undefined) throw new HufuError('ERR_CONTACT_UNKNOWN', from)
        if ((await readNamed(pathOf(to), to)) !== undefined)
          throw new HufuError('ERR_CONTACT_EXISTS', to)
        // In this order a crash leaves both names, never neither.
        await writeObject(
          pathOf(to),
          writeContact({ ...readContact(object, pathOf(from)), name: to }),
        )
        await unlink(pathOf(from))
        await syncFolder(contacts)
      }),
    async contacts() {
      const files = await readdir(contacts).catch((cause: unknown) => {
        if (codeOf(cause) === 'ENOENT') return []
        throw new HufuError('ERR_PROFILE', `${contacts}: cannot be read`, { cause })
      })
      const paths = files
        .filter((file) => file.endsWith('.json'))
        .map((file) => join(contacts, file))
      const found = await Promise.all(
        paths.map(async (path) => {
          const object = await readObject(path)
          return object === undefined ? [] : [readContact(object, path)]
        }),
      )
      return found.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1))
    },
    countGuess: async (key, nowUnixMs, windowMs) =>
      exclusively(async () => {
        const guesses = withGuess(
          readGuesses(await readObject(guessesPath), guessesPath),
          key,
          nowUnixMs,
        )
        await writeObject(guessesPath, writeGuesses(guesses))
        return guesses.get(key)!.filter((time) => time > nowUnixMs - windowMs).length
      }),
    forgiveGuess: async (key) =>
      exclusively(async () => {
        const guesses = readGuesses(await readObject(guessesPath), guessesPath)
        await writeObject(guessesPath, writeGuesses(withoutGuess(guesses, key)))
      }),
  }
}

/** A file that holds another name than its own was moved by hand. */
async function readNamed(
  path: string,
  name: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const object = await readObject(path)
  if (object !== undefined && object['name'] !== name) throw damaged(path)
  return object
}
