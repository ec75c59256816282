import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallSeat } from '@hufu/protocol/call'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import type { Asked, Asking } from './asking.ts'
import { crowd, type Crowd } from './crowd.ts'
import { hostActs, type HostActs } from './host-acts.ts'

test('who is in another call is told of while rung, and not after', () => {
  const { here, told } = held()
  here.ring(['bob@x'])
  here.engaged('bob@x')
  here.engaged('cy@x')
  here.declined('bob@x', 'ERR_CALL_NO_ANSWER')
  here.engaged('bob@x')
  assert.deepEqual(told, ['ringing bob@x', 'busy bob@x', 'unanswered bob@x'])
})

test('whoever is rung has an outcome, even if the server never tells one', () => {
  const { clock, here, told, lapsed } = held()
  here.ring(['bob', 'cy'])
  clock.advance(60_000)
  here.ring(['cy', 'dan'])
  here.declined('dan', 'ERR_CALL_DECLINED')
  clock.advance(30_000)
  assert.deepEqual(told.slice(4), ['declined dan', 'unanswered bob'])
  clock.advance(60_000)
  assert.deepEqual(told.slice(6), ['unanswered cy'])
  assert.deepEqual(lapsed, ['bob', 'cy'])
  assert.deepEqual([...here.rung], [])
})

test('once another hosts nobody is rung from here', () => {
  const { clock, here, told, lapsed } = held()
  here.ring(['bob', 'cy'])
  here.withdrawn()
  clock.advance(200_000)
  assert.deepEqual(told.slice(2), ['unanswered bob', 'unanswered cy'])
  assert.deepEqual([here.rung.size, lapsed], [0, []])
})

test('who was given up and is invited again is first taken out of the seat that was kept', async () => {
  const { acts, asked, here, roster } = held()
  await meet(here, 'bob', 1)
  roster.delete(1)
  here.left(1, 'lost')
  await acts.invite(['bob', 'cy'])
  assert.deepEqual(asked, ['call.remove 1', 'call.invite bob,cy'])
})

for (const [how, state] of [
  ['removed', 'removed'],
  ['left', 'left'],
  ['lost', 'left'],
] as const)
  test(`who is out of the roster as ${how} is shown as ${state}, wherever the host is`, async () => {
    const { here, told } = held()
    await meet(here, 'bob', 1)
    here.moved(1, 'lost')
    here.left(1, how)
    here.left(1, 'removed')
    assert.deepEqual(told, ['joined bob', 'lost bob', `${state} bob`])
    assert.equal(here.known.size, 0)
  })

test('so is who is lost, and not given up yet; who is there is not', async () => {
  const { acts, asked, here, removed } = held()
  await meet(here, 'bob', 1)
  await meet(here, 'cy', 2)
  here.moved(1, 'lost')
  await acts.invite(['bob', 'cy'])
  assert.deepEqual(removed, [1])
  assert.deepEqual(asked, ['call.remove 1', 'call.invite bob,cy'])
})

interface Held {
  readonly clock: FakeClock
  readonly here: Crowd
  readonly acts: HostActs
  readonly roster: Set<number>
  /** What was told, whose rings have lapsed, what was asked of the server, and whom the seat took out. */
  readonly told: readonly string[]
  readonly lapsed: readonly string[]
  readonly asked: readonly string[]
  readonly removed: readonly number[]
}

function held(): Held {
  const clock = fakeClock()
  const told: string[] = []
  const lapsed: string[] = []
  const asked: string[] = []
  const removed: number[] = []
  const roster = new Set([1, 2])
  const here = crowd({
    people: {
      meet: async (key) => ({ ...key, pinned: 'new', sinceUnixMs: 0 }),
      look: async (key) => ({ ...key, pinned: 'new', sinceUnixMs: 0 }),
      accept: async () => undefined,
    },
    clock,
    lapsed: (user) => lapsed.push(user),
    isIn: (index) => roster.has(index),
    tell: ({ state, user }) => told.push(`${state} ${user}`),
  })
  const asking: Pick<Asking, 'done'> = {
    async done(message: Asked) {
      const about = 'index' in message ? message.index : 'users' in message ? message.users : ''
      asked.push(`${message.type} ${String(about)}`)
    },
  }
  const seat: Pick<CallSeat, 'remove'> = {
    remove(indices) {
      removed.push(...indices)
      for (const index of indices) roster.delete(index)
      return indices.map((index) => ({ do: 'left', index, how: 'removed' }))
    },
  }
  const acts = hostActs({
    id: new Uint8Array(16),
    seat: seat as CallSeat,
    r1: new Uint8Array(32),
    certificates: { signing: new Uint8Array(1), agreement: new Uint8Array(1) },
    connection: { nextRef: () => 1 } as Parameters<typeof hostActs>[0]['connection'],
    asking: asking as Asking,
    crowd: here,
    now: () => clock.now(),
    act(effects) {
      for (const effect of effects) if (effect.do === 'left') here.left(effect.index, effect.how)
    },
    hostOnly: () => undefined,
  })
  return { clock, here, acts, roster, told, lapsed, asked, removed }
}

async function meet(here: Crowd, user: string, index: number): Promise<void> {
  const key = { kind: 'software', keyId: new Uint8Array(32) } as const
  await here.verified({ do: 'verified', index, user, ...key })
}
