import { dirname } from 'node:path'
import { base64url, equal, random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { makeFolders } from '../../folders.ts'
import { masterKeyOf } from './environment.ts'
import { MASTER_KEY_OCTETS, type MasterKey } from './master-key.ts'
import { readPrivate, renameDurably, writePrivate } from './private-file.ts'
import type { MasterKeySource } from './source.ts'

/**
 * Master keys in a file: one line, base64url of 32 octets. While the key is changed the new one stands in `PATH.next`,
 * and takes the old one's place when nothing is under that any more.
 *
 * All but `place` reject with {@link HufuError} `ERR_VAULT_FILE` if a file is open to others, damaged or not to be read.
 */
export function keyFile(path: string): MasterKeySource {
  const next = `${path}.next`
  return {
    place: path,
    async keys() {
      // the new one first: a change that ends between the two gives it the old one's place
      const made = await readKey(next)
      const key = await readKey(path)
      const isMoved = made !== undefined && key !== undefined && equal(made.id, key.id)
      return [key, isMoved ? undefined : made].filter((each) => each !== undefined)
    },
    async make() {
      const to = (await readKey(path)) === undefined ? path : next
      // one that an earlier change has left, and never used
      return (await readKey(to)) ?? makeKey(to)
    },
    async settle(id) {
      const made = await readKey(next)
      if (made !== undefined && equal(made.id, id)) await renameDurably(next, path)
    },
  }
}

async function readKey(path: string): Promise<MasterKey | undefined> {
  const line = await readPrivate(path)
  if (line === undefined) return undefined
  const key = masterKeyOf(line.trimEnd())
  if (key === undefined)
    throw new HufuError(
      'ERR_VAULT_FILE',
      `${path} holds no master key: it must be one line, base64url of ${MASTER_KEY_OCTETS} octets`,
    )
  return key
}

async function makeKey(path: string): Promise<MasterKey> {
  const raw = random(MASTER_KEY_OCTETS)
  const line = base64url(raw)
  raw.fill(0)
  makeFolders(dirname(path))
  await writePrivate(path, `${line}\n`)
  return masterKeyOf(line)!
}
