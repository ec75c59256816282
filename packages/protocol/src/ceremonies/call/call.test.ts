import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { hex } from '../../crypto/index.ts'
import {
  callWorld,
  honest,
  type Caller,
  type CallWorld,
  type Relay,
} from '../../testing/call-world.testing.ts'
import type { GroupPolicy } from '../../group/policy.ts'
import type { Ms } from '../../wire/units.ts'
import type { Bundle } from './bundle.ts'
import { callTalk, type CallTalk } from './talk.ts'

test('all who join have the host’s key, and have verified each other’s S1', async () => {
  const world = await callWorld('honest')
  await world.join(3)
  await world.join(2)
  await world.doing(0, world.host.hop(world.now))
  assert.equal(world.host.roster!.members.size, 6)
  for (const caller of world.callers) {
    assert.deepEqual(inUse(caller), hex(world.host.sending()!.commitment))
    const known = caller.told.filter((one) => one.do === 'verified').map(({ index }) => index)
    assert.deepEqual(
      known.toSorted(),
      [0, 1, 2, 3, 4, 5].filter((index) => index !== caller.index),
    )
  }
})

test('S2 is asked of the KEY once for a batch, and S1’s owner once at all', async () => {
  const world = await callWorld('once')
  await world.join(20)
  assert.equal(world.hostTold.filter((one) => one.do === 'sign').length, 1)
  for (const { told } of world.callers)
    assert.equal(told.filter((one) => one.do === 'agree').length, 1)
})

test('who leaves has no key of what comes after, nor has one who is taken out', async () => {
  const world = await callWorld('leave')
  await world.join(3)
  const [first, second, third] = world.callers as [Caller, Caller, Caller]
  const before = world.host.sending()!.epoch
  await world.doing(1, first.member.bye(world.now))
  await world.doing(0, world.host.remove([2], world.now))
  assert.ok(world.host.sending()!.epoch > before)
  assert.deepEqual(second.told.at(-1), { do: 'over', code: 'ERR_CALL_REMOVED' })
  assert.deepEqual([first.open.size, second.open.size], [0, 0])
  assert.deepEqual(inUse(third), hex(world.host.sending()!.commitment))
})

test('an S1 that a relay withholds is asked for, and comes', async () => {
  let isWithholding = true
  const world = await callWorld('withheld', (one) => {
    const read = callTalk.decode(one.frame, 100_000)
    return isWithholding && read.ok && read.value.type === 'bundle' && one.to === 1 ? [] : [one]
  })
  await world.join(2)
  const [first] = world.callers as [Caller]
  const known = (): readonly number[] =>
    first.told.filter((one) => one.do === 'verified').map(({ index }) => index)
  assert.deepEqual(known(), [0])
  isWithholding = false
  for (const at of [1, 6_000]) {
    world.now = at as Ms
    await world.doing(1, first.member.tick(world.now))
  }
  assert.deepEqual(known(), [0, 2])
})

test('what an application says reaches all, large or small, and nobody outside is heard', async () => {
  const world = await callWorld('data')
  await world.join(2)
  const small = Uint8Array.of(1)
  const large = new Uint8Array(65_000).fill(7)
  await world.doing(1, world.callers[0]!.member.data(small))
  await world.doing(0, world.host.data(large))
  const frame = callTalk.encode({ type: 'data', octets: small })
  await world.doing(9, [{ do: 'send', to: 'all', frame }])
  const heard = world.callers.map(({ told }) => told.filter((one) => one.do === 'data'))
  assert.deepEqual(heard, [
    [{ do: 'data', from: 0, octets: large }],
    [
      { do: 'data', from: 1, octets: small },
      { do: 'data', from: 0, octets: large },
    ],
  ])
  const atHost = world.hostTold.filter((one) => one.do === 'data')
  assert.deepEqual(atHost, [{ do: 'data', from: 1, octets: small }])
})

test('the end is the host’s own word, and wipes the keys', async () => {
  const world = await callWorld('end')
  await world.join(2)
  const [first, second] = world.callers as [Caller, Caller]
  const frame = callTalk.encode({ type: 'end', term: 1, signature: new Uint8Array(64) })
  await world.doing(2, [{ do: 'send', to: 'all', frame }])
  assert.equal(first.member.at, 'in')
  await world.doing(0, world.host.end())
  for (const { member, told } of [first, second]) {
    assert.equal(member.at, 'over')
    assert.deepEqual(told.at(-1), { do: 'over', code: 'ERR_CALL_ENDED' })
  }
})

const ALTERED: readonly (readonly [string, (bundle: Bundle) => Bundle])[] = [
  ['user', (bundle) => ({ ...bundle, user: 'user9@example.org' })],
  ['host', (bundle) => ({ ...bundle, host: 'user9@example.org' })],
  ['R1', (bundle) => ({ ...bundle, r1: bundle.r2 })],
  ['R2', (bundle) => ({ ...bundle, r2: bundle.r1 })],
  ['terminal', (bundle) => ({ ...bundle, terminal: bundle.media })],
  ['media', (bundle) => ({ ...bundle, media: bundle.terminal })],
  ['signing key', (bundle) => ({ ...bundle, signing: bundle.r1 })],
  ['sealing key', (bundle) => ({ ...bundle, sealing: flipped(bundle.sealing) })],
  ['signature', (bundle) => ({ ...bundle, signature: flipped(bundle.signature) })],
]
for (const [what, alter] of ALTERED)
  test(`S1 with another ${what} is refused, and the others are let in`, async () => {
    const world = await callWorld(`altered ${what}`)
    await world.join(2, (bundle, index) => (index === 1 ? alter(bundle) : bundle))
    const refused = world.hostTold.find((one) => one.do === 'refused')
    assert.deepEqual([refused?.index, refused?.code], [1, 'ERR_CALL_PROOF'])
    assert.equal(world.callers[0]!.open.size, 0)
    assert.equal(world.callers[1]!.member.at, 'in')
  })

test('another member’s S1 under one’s own index is no way in', async () => {
  const world = await callWorld('stolen')
  await world.join(1)
  const stolen = world.callers[0]!.bundle
  await world.join(1, () => stolen)
  // its owner is let in twice; whoever shows it opens nothing
  assert.equal(world.callers[1]!.open.size, 0)
})

const SPOILT: readonly (readonly [string, CallTalk['type'], (message: CallTalk) => CallTalk])[] = [
  ['S2', 'batch', (m) => (m.type === 'batch' ? { ...m, signature: flipped(m.signature) } : m)],
  ['epoch', 'batch', (m) => (m.type === 'batch' ? { ...m, epoch: m.epoch + 1 } : m)],
  ['commitment', 'batch', (m) => (m.type === 'batch' ? { ...m, commitment: m.roster } : m)],
  ['lock', 'batch', (m) => (m.type === 'batch' ? { ...m, lock: m.roster } : m)],
  ['schedule', 'batch', (m) => (m.type === 'batch' ? { ...m, schedule: 'list' } : m)],
  ['hop time', 'batch', (m) => policyOf(m, { hopMs: 61_000 })],
  ['limit that none may set', 'batch', (m) => policyOf(m, { hopMs: 1 })],
  ['deafness below two beats', 'batch', (m) => policyOf(m, { deafMs: 9_000 })],
  ['lines', 'batch', (m) => (m.type === 'batch' ? { ...m, lines: [] } : m)],
  ['sealed', 'sealed', (m) => (m.type === 'sealed' ? { ...m, sealed: flipped(m.sealed) } : m)],
  ['roster', 'image', (m) => (m.type === 'image' ? { ...m, members: m.members.slice(1) } : m)],
  ['chain', 'image', (m) => (m.type === 'image' ? { ...m, previous: flipped(m.previous) } : m)],
]
for (const [what, type, spoil] of SPOILT)
  test(`a welcome with another ${what} is not opened: the KEY is not even asked`, async () => {
    const world = await callWorld(`spoilt ${what}`, (one) => [
      { ...one, frame: one.to === 1 ? changed(one.frame, type, spoil) : one.frame },
    ])
    await world.join(2)
    const [first, second] = world.callers as [Caller, Caller]
    assert.deepEqual(first.told, [{ do: 'over', code: 'ERR_CALL_PROOF' }])
    assert.equal(second.member.at, 'in')
  })

test('whatever a relay does to set-up, hops and departures, nobody has a key that the host has not made', async () => {
  const mischief = fc.array(
    fc.tuple(fc.constantFrom('drop', 'twice', 'flip', 'late', 'other', 'claim'), fc.nat(9_999)),
    { minLength: 1, maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(999), fc.nat(7), mischief, async (seed, every, deeds) => {
      const world = await callWorld(`hostile ${seed}`, hostile(deeds, every + 2))
      await world.join(2)
      await world.join(1)
      await world.doing(0, world.host.hop(world.now))
      await world.doing(0, world.host.remove([1], world.now))
      await world.doing(0, world.host.hop(world.now))
      checkKeys(world)
    }),
    { numRuns: 40 },
  )
})

test('the check would see a key of somebody else’s', async () => {
  const world = await callWorld('check', honest)
  await world.join(1)
  world.callers[0]!.open.set(2, 'a key of its own')
  assert.throws(() => checkKeys(world))
})

function checkKeys(world: CallWorld): void {
  for (const { open } of world.callers)
    for (const [epoch, commitment] of open) assert.equal(commitment, world.made.get(epoch))
}

/** Every so many frames one of these is done to one, in turn. */
function hostile(deeds: readonly (readonly [string, number])[], every: number): Relay {
  let count = 0
  let held: Parameters<Relay>[0] | undefined
  return (one) => {
    count += 1
    if (count % every !== 0) return [one]
    const [deed, at] = deeds[(count / every) % deeds.length]!
    switch (deed) {
      case 'drop':
        return []
      case 'twice':
        return [one, one]
      case 'flip':
        return [{ ...one, frame: flipped(one.frame, at) }]
      case 'other':
        return [{ ...one, to: (one.to + 1) % 4 }]
      case 'claim':
        return [{ ...one, from: (one.from + 1) % 4 }]
      default: {
        const late = held
        held = one
        return late === undefined ? [] : [late]
      }
    }
  }
}

function changed(
  frame: Uint8Array,
  type: CallTalk['type'],
  spoil: (message: CallTalk) => CallTalk,
): Uint8Array {
  const read = callTalk.decode(frame, 100_000)
  assert.ok(read.ok)
  return read.value.type === type ? callTalk.encode(spoil(read.value)) : frame
}

function policyOf(message: CallTalk, changes: Partial<GroupPolicy>): CallTalk {
  if (message.type !== 'batch') return message
  return { ...message, policy: { ...message.policy, ...changes } }
}

function flipped(octets: Uint8Array, at = octets.length - 1): Uint8Array {
  const copy = octets.slice()
  copy[at % copy.length]! ^= 1
  return copy
}

function inUse({ member }: Caller): string | undefined {
  const keys = member.sending()
  return keys && hex(keys.commitment)
}
