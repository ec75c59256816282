import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'

import { readFixtures } from './conformance/fixtures.testing.ts'
import {
  cpaceIsk,
  cpaceStart,
  cpaceTags,
  equal,
  hex,
  random,
  Secret,
  unhex,
  utf8,
} from './index.ts'

const [run] = readFixtures().cpaceRun
const { cpaceTags: tagVectors } = readFixtures()

test('the published tags are those of a few lines written apart', () => {
  for (const vector of tagVectors) {
    const key = createHash('sha512')
      .update('CPaceMac')
      .update(vector.sid, 'hex')
      .update(vector.isk, 'hex')
      .digest()
    const tag = (...parts: string[]): string => {
      const mac = createHmac('sha512', key)
      for (const part of parts.map((digits) => Buffer.from(digits, 'hex'))) {
        const { length } = part
        mac.update(Buffer.from(length < 128 ? [length] : [(length % 128) + 128, length >> 7]))
        mac.update(part)
      }
      return mac.digest('hex')
    }
    assert.equal(tag(vector.ya, vector.ada), vector.ta, vector.id)
    assert.equal(tag(vector.yb, vector.adb), vector.tb, vector.id)
  }
})

test('the functions of the index run the draft’s example', () => {
  assert.ok(run)
  const sid = unhex(run.sid)
  const input = { prs: unhex(run.prs), ci: unhex(run.ci), sid }
  const a = cpaceStart(input, () => unhex(run.ya))
  const transcript = {
    ya: a.share,
    ada: unhex(run.ada),
    yb: unhex(run.shareB),
    adb: unhex(run.adb),
  }
  const k = a.finish(transcript.yb)
  assert.ok(k)
  const isk = cpaceIsk(sid, k, transcript)
  assert.equal(hex(isk.expose()), run.isk)
  const { ta, tb } = cpaceTags(sid, isk, transcript)
  assert.deepEqual([hex(ta), hex(tb)], [tagVectors[0]?.ta, tagVectors[0]?.tb])
})

test('whatever is changed on the way, the tags differ', () => {
  const sid = utf8('sid')
  const isk = new Secret(random(64))
  const transcript = { ya: random(32), ada: random(3), yb: random(32), adb: random(3) }
  const { ta, tb } = cpaceTags(sid, isk, transcript)
  assert.ok(!equal(ta, tb))
  for (const part of ['ya', 'ada'] as const) {
    const other = cpaceTags(sid, isk, { ...transcript, [part]: random(32) })
    assert.ok(!equal(other.ta, ta), part)
  }
  for (const part of ['yb', 'adb'] as const) {
    const other = cpaceTags(sid, isk, { ...transcript, [part]: random(32) })
    assert.ok(!equal(other.tb, tb), part)
  }
  assert.ok(!equal(cpaceTags(utf8('dis'), isk, transcript).ta, ta))
  assert.ok(!equal(cpaceTags(sid, new Secret(random(64)), transcript).ta, ta))
})

test('one octet cannot move from the share to the data beside it', () => {
  const k = new Secret(random(32))
  const yb = random(32)
  const nothing = new Uint8Array()
  const one = cpaceIsk(nothing, k, { ya: utf8('ab'), ada: utf8('c'), yb, adb: nothing })
  const two = cpaceIsk(nothing, k, { ya: utf8('a'), ada: utf8('bc'), yb, adb: nothing })
  assert.ok(!equal(one.expose(), two.expose()))
})

test('a share serves once', () => {
  const input = { prs: utf8('orbit'), ci: utf8('ci'), sid: utf8('sid') }
  const a = cpaceStart(input, random)
  const b = cpaceStart(input, random)
  assert.ok(a.finish(b.share))
  assert.throws(() => a.finish(b.share), { code: 'ERR_SECRET_WIPED' })
  b.wipe()
  assert.throws(() => b.finish(a.share), { code: 'ERR_SECRET_WIPED' })
})
