import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UnixMs } from '../clock.ts'
import {
  bind,
  bindingAt,
  bindingsByKey,
  bindingsOf,
  expiredBindings,
  terminalsOf,
  touchBinding,
  unbind,
  unseenBindings,
  type Binding,
  type Seen,
} from './bindings.ts'
import { endingAt, forgetEnding, noteEnding } from './endings.ts'
import { addInvitation, consumeInvitation, findInvitation } from './invitations.ts'
import { addCertificates, addKey, keyStanding, revokedCertificates, setRevoked } from './keys.ts'
import type { Db } from './schema.ts'
import type { StoreUnderTest } from './store.testing.ts'
import { addUser, listUsers, removeUser } from './users.ts'
import { noteVisit, visitors } from './visits.ts'

const now = 1_000_000 as UnixMs
const later = (ms: number): UnixMs => (now + ms) as UnixMs
const octets = (n: number): Uint8Array => new Uint8Array(32).fill(n)

/** Every store must pass this too: users, keys, and who is where. */
export function identityContract(name: string, fresh: () => StoreUnderTest): void {
  const on = (title: string, run: (db: Db) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const store = await fresh().open()
      await store.write('durable', run)
      await store.close()
    })
  }

  on('one user at a terminal, and a user at several', async (db) => {
    for (const user of ['ann@x', 'bob@x']) await addUser(db, user, now)
    await bind(db, binding(1, 'ann@x', 5))
    await bind(db, binding(1, 'bob@x', 6))
    await bind(db, binding(2, 'bob@x', 7))
    assert.equal((await bindingAt(db, octets(1)))?.user, 'bob@x')
    assert.deepEqual(await terminalsOf(db, 'bob@x', now, 9), [octets(2), octets(1)])
    assert.deepEqual(await terminalsOf(db, 'bob@x', now, 1), [octets(2)])
    assert.deepEqual(await terminalsOf(db, 'bob@x', later(100), 9), [], 'their time is over')
    assert.deepEqual(await bindingsOf(db, 'ann@x', now), [])
    assert.equal((await expiredBindings(db, later(100), 9)).length, 2)
    await unbind(db, octets(1))
    assert.equal(await bindingAt(db, octets(1)), undefined)
  })

  on('terminals unseen are paged through, each once', async (db) => {
    await addUser(db, 'ann@x', now)
    for (let n = 1; n <= 7; n += 1) await bind(db, binding(n, 'ann@x', 0))
    await touchBinding(db, octets(4), later(1))
    const seen: number[] = []
    for (let after: Seen | undefined; ;) {
      const page = await unseenBindings(db, { before: now, after, most: 2 })
      seen.push(...page.map(({ terminal }) => terminal[0]!))
      after = page.at(-1)
      if (page.length < 2) break
    }
    assert.deepEqual(seen, [1, 2, 3, 5, 6, 7])
  })

  on('a key goes with its user, its certificates stay', async (db) => {
    await addUser(db, 'ann@x', now)
    const certificates = { signing: octets(1), agreement: octets(2) }
    const about = { user: 'ann@x', kind: 'software', algorithm: 'ed25519' }
    await addKey(db, { id: octets(9), ...about, certificates, expires: later(9), created: now })
    const row = { issuer: octets(8), key: octets(9), expires: later(9) }
    await addCertificates(db, [{ ...row, serial: octets(3) }])
    await bind(db, { ...binding(1, 'ann@x', 0), by: 'key', key: octets(9) })
    assert.deepEqual((await bindingsByKey(db, octets(9))).length, 1)
    assert.deepEqual(await revokedCertificates(db, octets(8), now), [])
    await setRevoked(db, octets(9), now, 'lost')
    assert.equal((await keyStanding(db, octets(9)))?.revoked, now)
    await removeUser(db, 'ann@x')
    assert.equal(await keyStanding(db, octets(9)), undefined)
    assert.equal(await bindingAt(db, octets(1)), undefined)
    assert.equal((await revokedCertificates(db, octets(8), now)).length, 1)
    assert.deepEqual(await revokedCertificates(db, octets(8), later(9)), [], 'it has ended')
  })

  on('an invitation is used up once', async (db) => {
    await addUser(db, 'ann@x', now)
    const invitation = {
      id: octets(1).slice(16),
      kind: 'key',
      user: 'ann@x',
      created: now,
    } as const
    await addInvitation(db, { ...invitation, expires: later(5) })
    assert.equal((await findInvitation(db, invitation.id, later(4)))?.usedBy, null)
    assert.equal(await findInvitation(db, invitation.id, later(5)), undefined)
    const use = (by: number) => consumeInvitation(db, invitation.id, octets(by), later(9))
    assert.deepEqual([await use(1), await use(2), await use(1)], [true, false, false])
    assert.deepEqual((await findInvitation(db, invitation.id, later(8)))?.usedBy, octets(1))
  })

  on('users are listed in order, and found by any part that is meant as it stands', async (db) => {
    const users = ['a_b@x', 'aab@x', 'b@x']
    for (const user of users.toReversed()) await addUser(db, user, now)
    const listed = async (part: string, after = '', most = 9): Promise<readonly string[]> =>
      (await listUsers(db, { after, part, most, now })).map(({ id }) => id)
    assert.deepEqual(await listed(''), users)
    assert.deepEqual(await listed('', 'a_b@x', 1), ['aab@x'])
    assert.deepEqual([await listed('a_b'), await listed('%')], [['a_b@x'], []])
  })

  on('a terminal remembers who was there, and what it is to be told', async (db) => {
    for (const user of ['ann@x', 'bob@x']) await addUser(db, user, now)
    await noteVisit(db, octets(1), 'ann@x', now)
    await noteVisit(db, octets(1), 'bob@x', later(1))
    assert.deepEqual(await visitors(db, octets(1), 9), ['bob@x', 'ann@x'])
    await noteVisit(db, octets(1), 'ann@x', later(2))
    assert.deepEqual(await visitors(db, octets(1), 1), ['ann@x'])
    const ending = { terminal: octets(1), user: 'ann@x', code: 'ERR_BINDING_TAKEN' } as const
    await noteEnding(db, { ...ending, reason: '' }, now)
    await noteEnding(db, { ...ending, code: 'ERR_BINDING_FORCED', reason: 'night' }, now)
    assert.equal((await endingAt(db, octets(1)))?.reason, 'night')
    await forgetEnding(db, octets(1))
    assert.equal(await endingAt(db, octets(1)), undefined)
  })
}

function binding(terminal: number, user: string, since: number): Binding {
  const times = { since: later(since), expires: later(100), lastSeen: now }
  return { terminal: octets(terminal), user, by: 'chip', key: null, ...times }
}
