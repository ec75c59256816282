import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '@hufu/protocol/crypto'
import { openSqlite } from '../store/sqlite.ts'
import { keyFile } from './master/file.ts'
import { openVault } from './opening.ts'
import { rotate } from './rotation.ts'

/*
 * A process that somebody kills: it puts secrets, several to an owner, and changes the master key again and again, and
 * says of each secret on stdout that it stands: `put N`, and `rotated` of each change.
 */

const [folder, from] = process.argv.slice(2) as [string, string]
const sources = { current: keyFile(join(folder, 'master.key')), next: undefined }
const store = await openSqlite(folder)
const vault = await openVault(store, sources)

async function put(): Promise<never> {
  for (let at = Number(from); ; at += 1) {
    const place = { owner: `owner-${at % 400}`, name: `n${at}` }
    await store.write('durable', (db) => vault.put(db, place, utf8(`secret-${at}`)))
    writeSync(1, `put ${at}\n`)
  }
}

async function change(): Promise<never> {
  for (;;) {
    const { resumed } = await rotate({ store, vault, sources })
    writeSync(1, resumed ? 'rotated, resumed\n' : 'rotated\n')
  }
}

await Promise.all([put(), change()])
