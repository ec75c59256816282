import type { VaultDesk } from '../vault-desk.ts'
import { actorOf, type ActPorts } from '../act.ts'
import { route, type Route } from '../route.ts'
import { flag, list, nullable, object, text, whole, word } from '../schema.ts'

const change = object({ done: whole(0), total: whole(0) })

const keyId = text(32, 32)

/** The vault, in numbers. */
export function vaultRoutes(ports: ActPorts, desk: VaultDesk): readonly Route[] {
  return [
    route({
      id: 'vaultStatus',
      method: 'GET',
      path: '/vault',
      about:
        'How much the vault keeps, under which master keys, and how far a change of the master key is.',
      access: 'vault.read',
      answer: object({
        owners: whole(0),
        secrets: whole(0),
        masters: list(
          object({ id: keyId, state: word('current', 'leaving'), dataKeys: whole(0) }),
          16,
        ),
        change: nullable(change),
        last: nullable(
          object({
            from: keyId,
            to: keyId,
            dataKeys: whole(0),
            resumed: flag,
            place: text(1, 4_096),
          }),
        ),
        lastFailure: nullable(text(1, 64)),
      }),
      handle: () => desk.status(),
    }),
    route({
      id: 'rotateVault',
      method: 'POST',
      path: '/vault/rotate',
      about:
        'Begins to change the master key, or goes on with a change that was cut off. It goes on in the background; `vaultStatus` says how far it is.',
      access: 'vault.rotate',
      answer: change,
      refuses: ['ERR_BUSY'],
      handle: ({ who }) => desk.rotate(ports, who!, actorOf(who!)),
    }),
  ]
}
