import { HufuError, type ErrorCode } from '@hufu/terminal'
import { signal, type ReadonlySignal } from '@preact/signals'
import { profile } from './profile.ts'

/** A contact as it is listed: no secrets. */
export interface Listed {
  readonly name: string
  readonly usedUnixMs: number
}

const current = signal<readonly Listed[]>([])

/** Everybody that can be met again, those met last first. Empty until {@link loadContacts} has looked. */
export const contacts: ReadonlySignal<readonly Listed[]> = current

/** What the user typed as a contact's name, tidied; undefined if it cannot be one. At most 64 UTF-16 units. */
export function contactName(typed: string): string | undefined {
  const name = typed.normalize('NFC').replace(/\s+/g, ' ').trim()
  const good = name !== '' && name.length <= 64 && !/[\p{Cc}\p{Cs}]/u.test(name)
  return good ? name : undefined
}

/** Looks who is there. Without storage there is nobody. */
export async function loadContacts(): Promise<void> {
  try {
    const kept = await (await profile()).contacts()
    current.value = kept
      .map(({ name, usedUnixMs }) => ({ name, usedUnixMs }))
      .toSorted((a, b) => b.usedUnixMs - a.usedUnixMs)
  } catch {
    current.value = []
  }
}

/** Gives a contact another name. The code of what went wrong, if anything did. */
export async function renameContact(from: string, to: string): Promise<ErrorCode | undefined> {
  return changed(async () => (await profile()).renameContact(from, to))
}

/** Forgets a contact and its secret. The code of what went wrong, if anything did. */
export async function forgetContact(name: string): Promise<ErrorCode | undefined> {
  return changed(async () => (await profile()).forgetContact(name))
}

async function changed(act: () => Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await act()
    await loadContacts()
    return undefined
  } catch (error) {
    return error instanceof HufuError ? error.code : 'ERR_PROFILE'
  }
}
