import assert from 'node:assert/strict'
import { setImmediate as soon } from 'node:timers/promises'
import { test } from 'node:test'
import { Secret } from '@hufu/protocol/crypto'
import type { EpochKeys } from '@hufu/protocol/group'
import { HufuError } from '@hufu/protocol/wire'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import type { Incoming } from '../talk/incoming.ts'
import { memorySink, memorySource, type MemorySink } from '../talk/files.testing.ts'
import { frames } from './frames.ts'
import { talking, type Talking } from './talking.ts'

/** Three who talk over a relay that a test may have drop things. */
interface Room {
  readonly clock: FakeClock
  readonly ends: readonly End[]
  /** Whether a frame from one to another is lost. */
  loses: (from: number, to: number) => boolean
  /** Lets everything happen that happens at once. */
  settle(): Promise<void>
}

interface End {
  readonly talk: Talking
  readonly lines: string[]
  readonly offers: Incoming[]
}

function epochKeys(epoch: number): EpochKeys {
  const secret = (): Secret => new Secret(new Uint8Array(32).fill(epoch))
  const facts = { call: new Uint8Array(16), epoch, rosterHash: new Uint8Array(32) }
  return { ...facts, base: secret(), current: secret(), commitment: new Uint8Array(32) }
}

function room(): Room {
  const clock = fakeClock()
  const keys = epochKeys(1)
  const ends: End[] = []
  const made: Room = {
    clock,
    ends,
    loses: () => false,
    async settle() {
      for (let turn = 0; turn < 60; turn += 1) {
        await soon()
        clock.advance(10)
        for (const { talk } of ends) talk.tick()
      }
    },
  }
  for (const self of [0, 1, 2]) {
    const lines: string[] = []
    const offers: Incoming[] = []
    const own = frames('data', self)
    own.use(keys)
    const talk = talking({
      clock,
      frames: own,
      canSend: () => true,
      send(to, sealed) {
        for (const other of [0, 1, 2].filter((one) => one !== self && (to === 'all' || to === one)))
          if (!made.loses(self, other)) ends[other]!.talk.heard(self, sealed.slice())
      },
      sent: () => undefined,
      async text(from, text) {
        lines.push(`${from}: ${text}`)
        return true
      },
      async offer(_, incoming) {
        offers.push(incoming)
        return true
      },
    })
    ends.push({ talk, lines, offers })
  }
  for (const [self, { talk }] of ends.entries())
    talk.audience(new Set([0, 1, 2].filter((one) => one !== self)))
  return made
}

/** Lets minutes pass. */
async function pass(all: Room, turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await all.settle()
    all.clock.advance(10_000)
    for (const { talk } of all.ends) talk.tick()
  }
}

test('lines of all go to all, in order, though the relay loses every third frame', async () => {
  const all = room()
  let count = 0
  all.loses = () => (count += 1) % 3 === 0
  const done: Promise<void>[] = []
  for (const [self, { talk }] of all.ends.entries())
    for (let n = 0; n < 5; n += 1) done.push((await talk.say(`${self}.${n}`)).acknowledged)
  await pass(all)
  await Promise.all(done)
  for (const [self, { lines }] of all.ends.entries())
    for (const other of [0, 1, 2].filter((one) => one !== self))
      assert.deepEqual(
        lines.filter((line) => line.startsWith(`${other}:`)),
        Array.from({ length: 5 }, (_, n) => `${other}: ${other}.${n}`),
      )
})

test('a line that nobody is left to take is not acknowledged, nor one at the end of the call', async () => {
  const all = room()
  all.loses = () => true
  const [ann] = all.ends as [End]
  const { acknowledged } = await ann.talk.say('hello')
  ann.talk.audience(new Set())
  await assert.rejects(acknowledged, { code: 'ERR_PEER_GONE' })
  const late = await ann.talk.say('is anybody there')
  ann.talk.close('ERR_CALL_ENDED')
  await assert.rejects(late.acknowledged, { code: 'ERR_CALL_ENDED' })
  await assert.rejects(ann.talk.say('no more'), { code: 'ERR_CALL_ENDED' })
  await assert.rejects(room().ends[0]!.talk.say('x'.repeat(20_001)), { code: 'ERR_USAGE' })
})

test('who has taken a line and goes at once says so first', async () => {
  const all = room()
  const [ann, bob, cy] = all.ends as [End, End, End]
  ann.talk.audience(new Set([1]))
  const { acknowledged } = await ann.talk.say('hello')
  for (let turn = 0; turn < 20; turn += 1) await soon()
  assert.deepEqual(bob.lines, ['0: hello'])
  bob.talk.thank()
  bob.talk.close('ERR_CALL_ENDED')
  ann.talk.audience(new Set())
  await acknowledged
  cy.talk.thank() // nobody has said anything to it
})

test('what could not be written is said, and no more', async () => {
  const all = room()
  const [ann, bob, cy] = all.ends as [End, End, End]
  const sent = ann.talk.sendFile(memorySource('a.bin', { '': new Uint8Array(8) }), {
    on: () => undefined,
    outcome: () => undefined,
  })
  sent.catch(() => undefined)
  await pass(all, 2)
  const sink: MemorySink = memorySink()
  const failure = new HufuError('ERR_FILE_WRITE', '/mnt: there is no such folder')
  const stored = bob.offers[0]!.accept({ ...sink, write: () => Promise.reject(failure) })
  stored.catch(() => undefined)
  cy.offers[0]!.decline()
  await pass(all)
  await assert.rejects(stored, { code: failure.code, message: failure.message })
  await assert.rejects(sent, { code: 'ERR_FILE_WRITE' })
})

test('a file is stored by whoever took it, though frames are lost; who declines is not troubled', async () => {
  const all = room()
  const [ann, bob, cy] = all.ends as [End, End, End]
  let count = 0
  all.loses = () => (count += 1) % 7 === 0
  const octets = Uint8Array.from({ length: 100_000 }, (_, n) => n % 251)
  const seen: number[] = []
  const outcomes: string[] = []
  const sent = ann.talk.sendFile(memorySource('a.bin', { '': octets }), {
    on: (progress) => seen.push(progress.octets),
    outcome: (index, outcome) => outcomes.push(`${index} ${outcome}`),
  })
  await pass(all, 2)
  const sink: MemorySink = memorySink()
  const stored = bob.offers[0]!.accept(sink)
  cy.offers[0]!.decline()
  await pass(all)
  await sent
  assert.equal(await stored, 'stored')
  assert.deepEqual([sink.state, sink.files.get('')], ['complete', [...octets]])
  assert.equal(seen.at(-1), octets.length)
  assert.deepEqual(outcomes, ['2 declined', '1 stored'])
  await ann.talk.say('and on')
  await pass(all)
  assert.ok(cy.lines.includes('0: and on'))
})

test('a file that nobody wants, or that breaks off, says so at both ends', async () => {
  const all = room()
  const [ann, bob, cy] = all.ends as [End, End, End]
  const unwanted = ann.talk.sendFile(memorySource('a.bin', { '': new Uint8Array(5) }), NONE)
  const refused = assert.rejects(unwanted, { code: 'ERR_FILE_DECLINED' })
  await all.settle()
  for (const { offers } of [bob, cy]) offers[0]!.decline()
  await all.settle()
  await refused
  const source = memorySource('b.bin', { '': new Uint8Array(500_000) })
  const broken = ann.talk.sendFile(
    {
      ...source,
      read: (_, position) =>
        position > 0 ? Promise.resolve(new Uint8Array(0)) : source.read(0, 0, 9),
    },
    NONE,
  )
  const changed = assert.rejects(broken, { code: 'ERR_FILE_CHANGED' })
  await all.settle()
  const sink = memorySink()
  const failed = assert.rejects(bob.offers[1]!.accept(sink), { code: 'ERR_FILE_CHANGED' })
  cy.offers[1]!.decline()
  await all.settle()
  await Promise.all([changed, failed])
  assert.equal(sink.state, 'discarded')
})

test('who has not said in time whether it wants a file goes without, and the others have it', async () => {
  const all = room()
  const [ann, bob, cy] = all.ends as [End, End, End]
  const outcomes: string[] = []
  const sent = ann.talk.sendFile(memorySource('a.bin', { '': new Uint8Array(50) }), {
    on: () => undefined,
    outcome: (index, outcome) => outcomes.push(`${index} ${outcome}`),
  })
  await all.settle()
  const stored = bob.offers[0]!.accept(memorySink())
  await pass(all)
  await sent
  assert.equal(await stored, 'stored')
  assert.equal(await cy.offers[0]!.withdrawn, 'ERR_FILE_DECLINED')
  assert.deepEqual(outcomes, ['2 unanswered', '1 stored'])
})

test('a file with a name that leads elsewhere is not taken', async () => {
  const all = room()
  const [ann, bob, cy] = all.ends as [End, End, End]
  const sent = ann.talk.sendFile(memorySource('../x', { '': new Uint8Array(5) }), NONE)
  const refused = assert.rejects(sent, { code: 'ERR_FILE_NAME' })
  await all.settle()
  await assert.rejects(bob.offers[0]!.accept(memorySink()), { code: 'ERR_FILE_NAME' })
  cy.offers[0]!.decline()
  await all.settle()
  await refused
})

test('what comes under a key that is still to come is heard once it is there', async () => {
  const all = room()
  const [ann, bob] = all.ends as [End, End]
  const next = epochKeys(2)
  const ahead = frames('data', 0)
  ahead.use(next)
  const lines: string[] = []
  const own = frames('data', 1)
  own.use(epochKeys(1))
  const talk = talking({
    clock: all.clock,
    frames: own,
    canSend: () => true,
    send: () => undefined,
    sent: () => undefined,
    text: async (from, text) => lines.push(`${from}: ${text}`) > 0,
    offer: async () => false,
  })
  talk.audience(new Set([0]))
  all.loses = () => true
  const sender = talking({
    clock: all.clock,
    frames: ahead,
    canSend: () => true,
    send: (_, sealed) => talk.heard(0, sealed),
    sent: () => undefined,
    text: async () => true,
    offer: async () => true,
  })
  sender.audience(new Set([1]))
  await sender.say('from ahead')
  await all.settle()
  assert.deepEqual(lines, [])
  own.accept(next)
  talk.accepted(next)
  await all.settle()
  assert.deepEqual(lines, ['0: from ahead'])
  assert.deepEqual([ann.lines, bob.lines], [[], []])
})

const NONE = { on: () => undefined, outcome: () => undefined }
