import type { VaultDesk } from '../vault-desk.ts'
import { actorOf, type ActPorts } from '../act.ts'
import { route, type Route } from '../route.ts'
import { list, nullable, object, text, whole, word } from '../schema.ts'

const change = object({ done: whole(0), total: whole(0) })

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
        secrets: whole(0),
        masters: list(
          object({ id: text(32, 32), state: word('current', 'leaving'), dataKeys: whole(0) }),
          16,
        ),
        change: nullable(change),
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
