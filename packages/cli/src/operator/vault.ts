import { setTimeout as pause } from 'node:timers/promises'
import { HufuError, isErrorCode } from '@hufu/protocol/wire'
import type { VaultRotation, VaultStatus } from '@hufu/server'
import type { Arguments } from '../arguments.ts'
import { operatorsClient } from './session.ts'

/** Milliseconds between two questions of how far a change is. Our choice. */
const ASK_EVERY_MS = 200

interface Answer {
  readonly owners: number
  readonly secrets: number
  readonly masters: readonly Omit<VaultStatus['masters'][number], 'found'>[]
  readonly change: { readonly done: number; readonly total: number } | null
  readonly last: VaultRotation | null
  readonly lastFailure: string | null
}

/** What the vault of a running server holds. That it runs shows that its master keys are found. Rejects as the API refuses. */
export async function statusAt(args: Arguments): Promise<VaultStatus> {
  const client = await operatorsClient(args)
  const { owners, secrets, masters } = (await client.call('GET', '/vault')) as Answer
  return { owners, secrets, masters: masters.map((master) => ({ ...master, found: true })) }
}

/**
 * Has a running server change its master key, and stays until it is done. If a change is under way already, that is the
 * one. Cut off here, it goes on there.
 *
 * @throws {HufuError} whatever the API refuses with, and what the change fails with.
 */
export async function rotateAt(
  args: Arguments,
  progress: (at: { readonly done: number; readonly total: number }) => void,
): Promise<VaultRotation> {
  const client = await operatorsClient(args)
  try {
    await client.call('POST', '/vault/rotate')
  } catch (error) {
    if (!(error instanceof HufuError && error.code === 'ERR_BUSY')) throw error
  }
  for (;;) {
    const { change, last, lastFailure } = (await client.call('GET', '/vault')) as Answer
    if (change === null) return ended(last, lastFailure)
    progress(change)
    await pause(ASK_EVERY_MS)
  }
}

function ended(last: VaultRotation | null, lastFailure: string | null): VaultRotation {
  if (lastFailure !== null)
    throw new HufuError(
      isErrorCode(lastFailure) ? lastFailure : 'ERR_VERSION',
      `the server says that the change failed (${lastFailure}); its log and audit record say more`,
    )
  if (last === null) throw new HufuError('ERR_VERSION', 'the server says nothing of the change')
  return last
}
