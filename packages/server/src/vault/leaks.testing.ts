import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hex } from '@hufu/protocol/crypto'
import type { Safe } from './safe.ts'

/** Every secret that a vault keeps, opened. */
export async function allSecrets({
  store,
  vault,
}: Pick<Safe, 'store' | 'vault'>): Promise<readonly Uint8Array[]> {
  return store.read(async (db) => {
    const places = await db.selectFrom('vault_secrets').select(['owner', 'name']).execute()
    const found: Uint8Array[] = []
    for (const place of places) {
      const secret = await vault.open(db, place)
      if (secret === undefined) throw new Error(`${place.owner} ${place.name} is gone`)
      found.push(secret.expose())
    }
    return found
  })
}

/** Octets, and what they look like in base64, base64url and hex: whole, or the part that does not depend on what is before. */
function shapesOf(secret: Uint8Array): readonly Buffer[] {
  const octets = Buffer.from(secret)
  const base64 = [0, 1, 2].map((at) =>
    octets.subarray(at).toString('base64').replace(/=+$/, '').slice(0, -1),
  )
  const texts = [
    ...base64,
    ...base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_')),
    hex(secret),
    hex(secret).toUpperCase(),
  ]
  return [octets, ...texts.map((each) => Buffer.from(each))]
}

/** Files of a folder that hold one of the secrets, as it is or encoded, but for the master key's own. */
export function leaks(folder: string, secrets: readonly Uint8Array[]): readonly string[] {
  const shapes = secrets.flatMap(shapesOf)
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('master.key'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const content = readFileSync(path)
      return shapes.some((shape) => content.includes(shape))
    })
}
