import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '../clock.testing.ts'
import { metricsOf } from '../metrics.ts'
import { countedBus } from './bus-traffic.ts'
import { gaugesOf } from './gauges.ts'
import { historyOf, type Sample } from './history.ts'
import { inProcessBus } from '../relay/inprocess.ts'
import { subjectOf } from '../relay/subject.ts'

const NOTHING: Sample = {
  connections: 0,
  sessions: 0,
  pairings: 0,
  failures: 0,
  frames: 0,
  octets: 0,
  loopMs: 0,
  writeMs: 0,
  answerP50Ms: 0,
  answerP99Ms: 0,
  verdictP50Ms: 0,
  verdictP99Ms: 0,
  failed: {},
}

test('five minutes by the second, a day by the minute, and no more', () => {
  const clock = fakeClock()
  const start = clock.wall()
  let taken = 0
  const history = historyOf(clock, () => {
    taken += 1
    return {
      ...NOTHING,
      connections: taken,
      pairings: 1,
      loopMs: taken % 60,
      answerP50Ms: taken % 3,
      failed: taken % 2 === 0 ? { ERR_IDLE: 1 } : { ERR_IDLE: 1, ERR_RATE: 2 },
    }
  })
  clock.advance(59_999)
  assert.deepEqual(history.chart('day').points, [])
  clock.advance(1)
  const minute = {
    ...NOTHING,
    connections: 60,
    pairings: 60,
    loopMs: 59,
    answerP50Ms: 1, // seconds without any do not count
    failed: { ERR_IDLE: 60, ERR_RATE: 60 },
  }
  assert.deepEqual(history.chart('day'), { stepMs: 60_000, end: start + 60_000, points: [minute] })
  assert.equal(history.chart('minutes').points.length, 60)
  clock.advance(25 * 3_600_000)
  assert.equal(history.chart('day').points.length, 1_440)
  const { points, end } = history.chart('minutes')
  assert.deepEqual([points.length, points.at(-1)!.connections], [300, taken])
  assert.equal(end, clock.wall())
  history.stop()
  clock.advance(10_000)
  assert.equal(points.at(-1)!.connections, taken)
})

test('a sample has what was since the one before', () => {
  const metrics = metricsOf({ connections: () => 0, sessions: () => 0 })
  const gauges = gaugesOf({ connections: () => 4, sessions: () => 2 }, () => metrics.counts())
  metrics.pairing('stood')
  metrics.pairing('ERR_PAIR_REFUSED')
  metrics.ended('ERR_HELLO_PROOF', true)
  metrics.ended('ERR_IDLE', false)
  gauges.paired({ answerMs: 250, verdictMs: 20 })
  gauges.paired({ answerMs: 500, verdictMs: 40 })
  metrics.relay.frames += 3
  metrics.relay.octets += 300
  const { loopMs: _, ...first } = gauges.sample()
  const { loopMs: __, ...second } = gauges.sample()
  gauges.stop()
  const { loopMs: ___, ...nothing } = NOTHING
  const idle = { ...nothing, connections: 4, sessions: 2 }
  const failed = { ERR_PAIR_REFUSED: 1, ERR_HELLO_PROOF: 1, ERR_IDLE: 1 }
  const counted = { pairings: 1, failures: 3, failed, frames: 3, octets: 300 }
  const took = { answerP50Ms: 250, answerP99Ms: 500, verdictP50Ms: 20, verdictP99Ms: 40 }
  // the histogram keeps three digits
  const rounded = Object.fromEntries(
    Object.keys(took).map((name) => [name, Math.round(first[name as keyof typeof took] / 10) * 10]),
  )
  assert.deepEqual({ ...first, ...rounded }, { ...idle, ...counted, ...took })
  assert.deepEqual(second, idle)
})

test('the traffic of a session is counted while somebody is in it, and passes unchanged', async () => {
  const failed = (error: unknown): never => {
    throw error
  }
  const { bus, traffic } = countedBus(inProcessBus(failed))
  const id = new Uint8Array(16).fill(3)
  const subject = subjectOf('session', id)
  const heard: number[] = []
  bus.publish(subject, new Uint8Array(5), new Uint8Array(2))
  assert.equal(traffic(id), undefined)
  const stop = bus.subscribe(subject, (octets) => heard.push(octets.length))
  bus.publish(subject, new Uint8Array(100), new Uint8Array(2))
  bus.publish(subject, new Uint8Array(7))
  await new Promise((next) => setImmediate(next))
  assert.deepEqual(heard.slice(-2), [100, 7])
  assert.deepEqual(traffic(id), { frames: 1, octets: 100 })
  stop()
  assert.equal(traffic(id), undefined)
  await bus.close()
})
