import { describeConfig, type Config } from '../../config.ts'
import type { UnixMs } from '../../clock.ts'
import { route, type Route } from '../route.ts'
import { flag, list, nullable, object, text, time, whole, word } from '../schema.ts'

export interface StatusPorts {
  readonly config: Config
  readonly version: string
  readonly started: UnixMs
  now(): UnixMs
  state(): 'up' | 'draining'
  /** False if the database does not answer. */
  usable(): Promise<boolean>
  /** What is in use of limits for the whole server. */
  inUse(): Promise<Partial<Record<keyof Config, number>>>
}

const limit = object({
  name: text(1, 64),
  value: whole(0),
  /** Null where it is not one for the whole server. */
  used: nullable(whole(0)),
  isDefault: flag,
  about: text(1, 400),
})

/** How the server does, and within which limits. */
export function statusRoutes(ports: StatusPorts): readonly Route[] {
  const { config, version, started } = ports
  const limits = limitsOf(config)
  return [
    route({
      id: 'status',
      method: 'GET',
      path: '/status',
      about:
        'Health, version, and the limits in force; `used` is what is in use of one that is for the whole server.',
      access: 'status.read',
      answer: object({
        state: word('up', 'draining'),
        store: flag,
        version: text(1, 64),
        node: text(1, 64),
        started: time,
        uptimeMs: whole(0),
        limits: list(limit, 1_000),
      }),
      async handle() {
        const [state, store] = [ports.state(), await ports.usable()]
        const node = process.versions.node
        const uptimeMs = Math.max(0, ports.now() - started)
        const inUse = store ? await ports.inUse() : {}
        const shown = limits.map((each) => ({ ...each, used: inUse[each.name] ?? null }))
        return { state, store, version, node, started, uptimeMs, limits: shown }
      },
    }),
  ]
}

/** The settings that are numbers: none of them is secret, and none says where anything is. */
function limitsOf(config: Config) {
  return describeConfig(config).flatMap(({ name, source, about }) => {
    const value = config[name as keyof Config]
    return typeof value === 'number'
      ? [{ name: name as keyof Config, value, isDefault: source === 'default', about }]
      : []
  })
}
