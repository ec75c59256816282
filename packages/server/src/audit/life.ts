import { hex } from '@hufu/protocol/crypto'
import { SETTINGS, type Config } from '../settings.ts'
import type { Store } from '../store/store.ts'
import { versionOfServer } from '../version.ts'
import type { Audit } from './audit.ts'

/** Records that the server starts, and which settings are in force that are not as they come. */
export async function recordStart(store: Store, audit: Audit, config: Config): Promise<void> {
  const about = aboutServer(store)
  const detail = { version: versionOfServer(), node: process.versions.node }
  await store.write('durable', async (db) => {
    await audit.record(db, { ...about, action: 'server.start', detail })
    await audit.record(db, {
      ...about,
      action: 'server.config',
      detail: { changed: changedSettings(config) },
    })
  })
}

/** Records that the server stops in good order. */
export async function recordStop(store: Store, audit: Audit): Promise<void> {
  await store.write('durable', (db) =>
    audit.record(db, { ...aboutServer(store), action: 'server.stop', detail: {} }),
  )
}

/** Names of settings that are not at their defaults; not what they are set to, which may be secret. */
function changedSettings(config: Config): readonly (keyof Config)[] {
  const names = Object.keys(SETTINGS) as readonly (keyof Config)[]
  return names.filter(
    (name) => JSON.stringify(config[name]) !== JSON.stringify(SETTINGS[name].default),
  )
}

function aboutServer({ serverId }: Store) {
  return {
    actor: 'server',
    object: { kind: 'server', id: hex(serverId) },
    outcome: 'done',
  } as const
}
