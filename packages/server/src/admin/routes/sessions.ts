import { hex } from '@hufu/protocol/crypto'
import type { Db } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import type { Traffic } from '../bus-traffic.ts'
import { route, type Route } from '../route.ts'
import { digits, flag, list, object, text, time, whole } from '../schema.ts'

export interface SessionListPorts {
  readonly store: Store
  /** Of a session that somebody here is in. */
  traffic(session: Uint8Array): Traffic | undefined
}

const MOST = 500
/** Octets of an id that are shown: enough to tell two apart, too few to enter by. */
const SHOWN_OCTETS = 4

const session = object({
  id: text(8, 8, /^[0-9a-f]+$/),
  members: whole(0),
  active: flag,
  since: time,
  lastUsed: time,
  frames: whole(0),
  octets: whole(0),
})

/** Which sessions there are, and nothing of what is said in them. */
export function sessionListRoutes({ store, traffic }: SessionListPorts): readonly Route[] {
  return [
    route({
      id: 'listSessions',
      method: 'GET',
      path: '/sessions',
      about:
        'Sessions, the newest first. Ids are cut short. `active`: somebody is in it at this server; `frames` and `octets` are what members have sent since then.',
      access: 'sessions.read',
      query: object({}, { limit: digits(1, MOST), offset: digits(0) }),
      answer: object({ total: whole(0), sessions: list(session, MOST) }),
      async handle({ query: { limit = 100, offset = 0 } }) {
        const { total, rows } = await store.read((db) => page(db, limit, offset))
        const none = { frames: 0, octets: 0 }
        const sessions = rows.map(({ id, ...row }) => {
          const counted = traffic(id)
          const { frames, octets } = counted ?? none
          const shown = hex(id.subarray(0, SHOWN_OCTETS))
          return { id: shown, ...row, active: counted !== undefined, frames, octets }
        })
        return { total, sessions }
      },
    }),
  ]
}

async function page(db: Db, limit: number, offset: number) {
  const { total } = await db
    .selectFrom('sessions')
    .select((eb) => eb.fn.countAll().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom('sessions as s')
    .select(['s.id', 's.created', 's.last_used'])
    .select((eb) =>
      eb
        .selectFrom('members as m')
        .whereRef('m.session', '=', 's.id')
        .where('m.left_at', 'is', null)
        .select((inner) => inner.fn.countAll().as('members'))
        .as('members'),
    )
    .orderBy('s.created', 'desc')
    .orderBy('s.id')
    .limit(limit)
    .offset(offset)
    .execute()
  return {
    total: Number(total),
    rows: rows.map(({ id, created, last_used: lastUsed, members }) => ({
      id,
      since: created,
      lastUsed,
      members: Number(members),
    })),
  }
}
