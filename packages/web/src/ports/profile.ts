import { HufuError, Secret, type Contact, type Profile } from '@hufu/terminal'
import { answer, transact } from './database.ts'
import { seal, unseal, type Sealed } from './seal.ts'

/** Octets of a terminal key's seed. */
const SEED_OCTETS = 32
/** A guess is kept no longer: the longest window that anybody counts in is a day. Our choice. */
const GUESS_KEPT_MS = 7 * 86_400_000

/**
 * What this browser keeps for this page: seeds, contacts and counted guesses, in IndexedDB. Secrets are sealed
 * ({@link seal}); names of contacts and counted names are not. Every method may be called from several tabs at once,
 * and may throw {@link HufuError} `ERR_PROFILE`.
 *
 * @throws {HufuError} `ERR_PROFILE` if the browser keeps nothing for this page.
 */
export async function openProfile(): Promise<Profile> {
  await transact('contacts', 'readonly', (records) => answer(records.count()))
  return {
    async terminalSeed(name, random) {
      const found = await recordOf('seeds', name)
      if (found !== undefined) return seedOf(name, found)
      const made = random(SEED_OCTETS)
      const sealed = await seal('seeds', name, { seed: made })
      const first = await transact('seeds', 'readwrite', async (records) => {
        const other = await answer<Sealed | undefined>(records.get(name))
        if (other === undefined) records.put(sealed, name)
        return other
      })
      return first === undefined ? new Secret(made) : seedOf(name, first)
    },
    async contact(name) {
      const found = await recordOf('contacts', name)
      return found === undefined ? undefined : contactOf(name, found)
    },
    async saveContact(contact) {
      await saveContact(contact)
      // Kept even when the disk runs full, if the browser agrees; it may also say no.
      await navigator.storage?.persist().catch(() => false)
    },
    async renameContact(from, to) {
      await alone(async () => {
        const found = await recordOf('contacts', from)
        if (found === undefined) throw new HufuError('ERR_CONTACT_UNKNOWN', from)
        if (from === to) return
        const sealed = await sealContact({ ...(await contactOf(from, found)), name: to })
        await transact('contacts', 'readwrite', async (records) => {
          if ((await answer(records.count(to))) > 0) throw new HufuError('ERR_CONTACT_EXISTS', to)
          records.put(sealed, to)
          records.delete(from)
        })
      })
    },
    forgetContact: async (name) =>
      alone(() =>
        transact('contacts', 'readwrite', async (records) => {
          const there = (await answer(records.count(name))) > 0
          records.delete(name)
          return there
        }),
      ),
    async contacts() {
      const [names, found] = await transact('contacts', 'readonly', (records) =>
        Promise.all([
          answer<IDBValidKey[]>(records.getAllKeys()),
          answer<Sealed[]>(records.getAll()),
        ]),
      )
      const all = await Promise.all(found.map((each, at) => contactOf(names[at] as string, each)))
      return all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    },
    countGuess: async (key, nowUnixMs, windowMs) =>
      transact('guesses', 'readwrite', async (records) => {
        const counted = await answer<readonly number[] | undefined>(records.get(key))
        // What lies in the future stays: a clock set back forgives nothing.
        const kept = (counted ?? []).filter((time) => time > nowUnixMs - GUESS_KEPT_MS)
        const guesses = [...kept, nowUnixMs]
        records.put(guesses, key)
        return guesses.filter((time) => time > nowUnixMs - windowMs).length
      }),
    forgiveGuess: async (key) =>
      transact('guesses', 'readwrite', async (records) => {
        const counted = await answer<readonly number[] | undefined>(records.get(key))
        const left = (counted ?? []).slice(0, -1)
        if (left.length > 0) records.put(left, key)
        else records.delete(key)
      }),
  }
}

/** A contact as it is sealed. */
interface Written {
  readonly server: string
  readonly terminalSeed: Uint8Array
  readonly peerTerminal: Uint8Array
  readonly meeting: Uint8Array
  readonly secret: Uint8Array
  readonly previous: Uint8Array | undefined
  readonly addedUnixMs: number
  readonly usedUnixMs: number
}

/** A contact is opened and sealed outside any transaction, so other tabs have to wait. */
function alone<T>(act: () => Promise<T>): Promise<T> {
  return navigator.locks.request('hufu contacts', act)
}

async function saveContact(contact: Contact): Promise<void> {
  await alone(async () => {
    const sealed = await sealContact(contact)
    await transact('contacts', 'readwrite', (records) => answer(records.put(sealed, contact.name)))
  })
}

function sealContact(contact: Contact): Promise<Sealed> {
  const { name, terminalSeed, secret, previous, ...rest } = contact
  const written: Written = {
    ...rest,
    terminalSeed: terminalSeed.expose(),
    secret: secret.expose(),
    previous: previous?.expose(),
  }
  return seal('contacts', name, written)
}

async function contactOf(name: string, sealed: Sealed): Promise<Contact> {
  const written = (await unseal('contacts', name, sealed)) as Written
  const { previous } = written
  return {
    ...written,
    name,
    terminalSeed: new Secret(written.terminalSeed),
    secret: new Secret(written.secret),
    previous: previous === undefined ? undefined : new Secret(previous),
  }
}

async function seedOf(name: string, sealed: Sealed): Promise<Secret> {
  const { seed } = (await unseal('seeds', name, sealed)) as { readonly seed: Uint8Array }
  return new Secret(seed)
}

function recordOf(store: 'seeds' | 'contacts', name: string): Promise<Sealed | undefined> {
  return transact(store, 'readonly', (records) => answer<Sealed | undefined>(records.get(name)))
}
