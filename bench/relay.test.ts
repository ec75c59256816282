import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../test/support/needs.ts'
import { openScope } from './harness/scope.ts'
import { payloadOf } from './relay/frame.ts'
import { joins, type PeerName } from './relay/joins.ts'
import { roomOf } from './relay/room.ts'
import { servers } from './relay/servers.ts'

const PACKAGES: Readonly<Partial<Record<PeerName, string>>> = {
  'nats-server': 'nats-server',
  mosquitto: 'mosquitto',
}

for (const peer of Object.keys(joins) as PeerName[])
  test(`${peer}: what a member sends reaches all others of its room, in turn`, async (t) => {
    const debian = PACKAGES[peer]
    if (debian !== undefined && !needs(t, debian)) return
    const scope = await openScope('relay-test')
    try {
      const { port } = await servers[peer](scope, { rooms: 2, membersEach: 3 })
      const rooms = [0, 1].map((number) => roomOf(number, 3))
      for (const room of rooms)
        await room.join((own, hear) =>
          joins[peer]({ port, room: room.number, index: room.number * 3 + own }, hear),
        )
      const whole = Promise.withResolvers<void>()
      let arrived = 0
      for (const room of rooms)
        room.onArrived(() => {
          arrived += 1
          if (arrived === 2 * 3 * 20) whole.resolve()
        })
      for (let i = 0; i < 20; i += 1)
        for (const room of rooms) for (const sender of [0, 1, 2]) room.send(sender)
      await whole.promise
      for (const room of rooms) assert.deepEqual([room.delivered(), room.missing()], [120, 0])
    } finally {
      await scope.end()
    }
  })

test('a frame that is lost or out of turn is missing; one that comes twice counts once', async () => {
  const faults: Readonly<Record<string, (numbers: number[]) => number[]>> = {
    lost: (numbers) => numbers.filter((number) => number !== 2),
    twice: (numbers) => numbers.flatMap((number) => (number === 2 ? [2, 2] : [number])),
    'out of turn': ([a, b, ...rest]) => [b!, a!, ...rest],
    none: (numbers) => numbers,
  }
  for (const [fault, change] of Object.entries(faults)) {
    const room = roomOf(0, 2)
    const ears: ((payload: Buffer) => void)[] = []
    await room.join(async (_, hear) => {
      ears.push(hear)
      return { send: () => undefined, close: () => undefined }
    })
    for (let i = 0; i < 5; i += 1) room.send(0)
    for (const number of change([0, 1, 2, 3, 4]))
      ears[1]!(payloadOf({ sender: 0, number, sent: performance.now() }))
    const missing = fault === 'none' || fault === 'twice' ? 0 : 'some'
    assert.equal(room.missing() === 0 ? 0 : 'some', missing, fault)
    assert.equal(room.delivered() <= 5, true)
  }
})
