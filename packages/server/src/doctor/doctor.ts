import { HufuError } from '@hufu/protocol/wire'
import type { Config } from '../config.ts'
import { openBeside, type Beside } from '../store/beside.ts'
import { holderOf, type Holder } from '../store/lock.ts'
import { hasData } from '../store/restored.ts'
import { fail, type Finding } from './finding.ts'
import { dataFolder, permissions } from './folder.ts'
import { clock, disk, nodeVersion, openFiles } from './machine.ts'
import { authority, certificate, port, server, webApp } from './network.ts'
import { audit, database, masterKey, octetsOf, schema } from './store.ts'

/** What is to be looked at beside what the configuration names. */
export interface DoctorOptions {
  /** A server that is asked; undefined: the one that has the data folder open, if one has. */
  readonly url?: string | undefined
  /** PEM certificates to trust, the platform's if undefined. */
  readonly authorities?: readonly string[] | undefined
  /** Leaves the data folder alone: the server is on another machine. */
  readonly afar?: boolean
}

/**
 * Looks at all that a server needs, whether or not it runs, and changes nothing. One finding after the other, as they
 * come. What cannot be looked at is a finding too: nothing is thrown.
 */
export async function* examine(
  config: Config,
  { url, authorities, afar = false }: DoctorOptions = {},
): AsyncGenerator<Finding, void, void> {
  yield nodeVersion(process.versions.node)
  let holder: Holder | undefined
  if (!afar) {
    holder = holderOf(config.data)
    yield* ofFolder(config, holder)
  }
  if (afar) yield await clock(0)
  if (!afar) {
    yield await openFiles(config, holder?.does === 'hufu serve' ? holder.pid : undefined)
    yield await certificate(config)
    yield webApp(config)
    if (holder === undefined) yield await port(config)
    yield await authority(config)
  }
  const asked = url ?? holder?.url
  if (asked !== undefined) yield await server(asked, authorities)
}

async function* ofFolder(
  config: Config,
  holder: Holder | undefined,
): AsyncGenerator<Finding, void, void> {
  const { data } = config
  yield dataFolder(data, holder)
  if (!hasData(data)) return yield await clock(0)
  yield permissions(data, config)
  let store: Beside | undefined
  let lastAt = 0
  try {
    store = await openBeside(data)
    yield database(data, store)
    yield schema(store)
    yield await disk(data, octetsOf(data))
    yield await masterKey(config, store)
    const audited = await audit(data, store)
    lastAt = audited.lastAt
    yield audited.finding
  } catch (error) {
    const why = error instanceof HufuError ? error.message : String(error)
    yield fail(
      'database',
      why,
      'stop the server, copy the folder as it is, and restore a backup: hufu restore FILE',
    )
  } finally {
    await store?.close()
  }
  yield await clock(lastAt)
}
