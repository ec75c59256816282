import { unbase64url } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { revokeKey } from '../../authority/users.ts'
import { findKey } from '../../store/keys.ts'
import { act, actorOf, granted, refused } from '../act.ts'
import { keyId, reason } from '../forms.ts'
import { nothing, route, type Route } from '../route.ts'
import { object } from '../schema.ts'
import type { UserPorts } from './users.ts'

/** What is done to users' keys. */
export function keyRoutes(ports: UserPorts): readonly Route[] {
  const { authority, audit, clock, store } = ports
  return [
    route({
      id: 'revokeKey',
      method: 'POST',
      path: '/keys/{id}/revoke',
      about:
        'Revokes a key for good, and ends what it has signed in. The terminals are told why; the revocation list has it at once.',
      access: 'keys.revoke',
      params: object({ id: keyId }),
      body: object({ reason }),
      answer: nothing,
      refuses: ['ERR_KEY_UNKNOWN', 'ERR_KEY_REVOKED'],
      async handle({ who, params, body: { reason } }) {
        const id = unbase64url(params.id)
        if (id === undefined) throw new HufuError('ERR_KEY_UNKNOWN')
        // whose it is does not change: a key that is removed is not given to another
        const user = (await store.read((db) => findKey(db, id)))?.user ?? ''
        const actor = actorOf(who!)
        const endings = await act(ports, {
          who: who!,
          permission: 'keys.revoke',
          deed: {
            action: 'key.revoke',
            object: { kind: 'key', id: params.id },
            detail: { user, reason },
          },
          async work(db) {
            const key = await findKey(db, id)
            if (key === undefined) return refused('ERR_KEY_UNKNOWN')
            if (key.revoked !== null) return refused('ERR_KEY_REVOKED')
            return granted(await revokeKey(db, audit, id, { reason, actor, now: clock.wall() }))
          },
        })
        authority.revoked()
        ports.tell(endings)
        return {}
      },
    }),
  ]
}
