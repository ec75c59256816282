import { base64url, hex, unhex } from '@hufu/protocol/crypto'
import { endBindings } from '../../authority/where.ts'
import { bindingAt, listBindings, type Binding } from '../../store/bindings.ts'
import { act, actorOf, granted, refused } from '../act.ts'
import { binding, reason, terminalId } from '../forms.ts'
import { nothing, route, type Route } from '../route.ts'
import { digits, list, object, type Described } from '../schema.ts'
import type { UserPorts } from './users.ts'

/** Sign-ins in one answer. */
const MOST = 500

/** Who is signed in where. */
export function bindingRoutes(ports: UserPorts): readonly Route[] {
  const { audit, clock, store, isThere } = ports
  return [
    route({
      id: 'listBindings',
      method: 'GET',
      path: '/bindings',
      about:
        'Who is signed in at which terminal, in the order of the terminals: those after `after`. `connected`: it can be rung now.',
      access: 'users.read',
      query: object({}, { after: terminalId, limit: digits(1, MOST) }),
      answer: object({ bindings: list(binding, MOST) }),
      async handle({ query: { after = '', limit = 100 } }) {
        const page = { after: unhex(after), most: limit, now: clock.wall() }
        const rows = await store.read((db) => listBindings(db, page))
        return { bindings: rows.map((row) => bindingRow(row, isThere)) }
      },
    }),
    route({
      id: 'releaseBinding',
      method: 'POST',
      path: '/bindings/{terminal}/release',
      about: 'Ends a sign-in. The terminal shows its user the reason.',
      access: 'bindings.release',
      params: object({ terminal: terminalId }),
      body: object({ reason }),
      answer: nothing,
      refuses: ['ERR_SIGNIN_NONE'],
      async handle({ who, params, body: { reason } }) {
        const terminal = unhex(params.terminal)
        const by = { code: 'ERR_BINDING_FORCED', reason, actor: actorOf(who!) } as const
        const endings = await act(ports, {
          who: who!,
          permission: 'bindings.release',
          deed: {
            action: 'binding.release',
            object: { kind: 'terminal', id: params.terminal },
            detail: {},
          },
          async work(db) {
            const now = clock.wall()
            const one = await bindingAt(db, terminal)
            if (one === undefined || one.expires <= now) return refused('ERR_SIGNIN_NONE')
            return granted(await endBindings(db, audit, [one], { ...by, now }))
          },
        })
        ports.tell(endings)
        return {}
      },
    }),
  ]
}

/** A sign-in as it is shown. */
export function bindingRow(
  { terminal, user, by, key, since, expires, lastSeen }: Binding,
  isThere: UserPorts['isThere'],
): Described<typeof binding> {
  return {
    terminal: hex(terminal),
    user,
    by,
    key: key === null ? null : base64url(key),
    since,
    expires,
    lastSeen,
    connected: isThere(terminal),
  }
}
