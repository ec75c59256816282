import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bulkKey, random, Secret, utf8 } from '@hufu/protocol/crypto'
import type { EpochKeys, LoadKey } from '@hufu/protocol/group'
import { frames, type Opened } from './frames.ts'

function epoch(number: number): EpochKeys {
  const facts = { call: new Uint8Array(16), epoch: number, rosterHash: new Uint8Array(32) }
  const base = new Secret(new Uint8Array(32).fill(number))
  return { ...facts, base, current: new Secret(random(32)), commitment: new Uint8Array(32) }
}

/** A token: it answers later, and no more once it is taken out. */
function token(): { readonly load: LoadKey; keys: number; isOut: boolean } {
  const made = {
    keys: 0,
    isOut: false,
    load: ((raw) => {
      const key = bulkKey(raw)
      made.keys += 1
      const here = async <T>(answer: () => T): Promise<T> => {
        await Promise.resolve()
        if (made.isOut) throw new Error('taken out')
        return answer()
      }
      return {
        seal: async (message) => here(() => key.seal(message)),
        open: async (...given) => here(() => key.open(...given)),
        wipe() {
          made.keys -= 1
          key.wipe()
        },
      }
    }) satisfies LoadKey,
  }
  return made
}

async function plaintextOf(opened: Opened): Promise<Uint8Array | undefined> {
  return opened.is === 'good' ? opened.plaintext : undefined
}

test('frames out of a token are those of everybody, and the other way round', async () => {
  const inside = token()
  const failed = (): void => assert.fail()
  const [one, other] = [frames('media', 1, { load: inside.load, failed }), frames('media', 2)]
  for (const each of [one, other]) each.use(epoch(1))
  for (const text of ['a', 'b']) {
    const sealed = await one.seal(utf8(text), 0)
    assert.deepEqual(await plaintextOf(other.open(1, sealed!)), utf8(text))
    const back = await other.seal(utf8(text), 0)
    assert.deepEqual(await plaintextOf(one.open(2, back!)), utf8(text))
    assert.equal(await plaintextOf(one.open(2, back!)), undefined)
  }
  const { sent, received, lost, undecryptable } = one.counts
  assert.deepEqual([sent, received, lost, undecryptable], [2, 2, 0, 2])
})

test('no key stays in a token after its epoch, or the call', async () => {
  const inside = token()
  const one = frames('data', 1, { load: inside.load, failed: () => assert.fail() })
  const other = frames('data', 2)
  for (const number of [1, 2]) {
    for (const each of [one, other]) each.use(epoch(number))
    await plaintextOf(one.open(2, (await other.seal(utf8('x'), 0))!))
  }
  assert.equal(inside.keys, 3)
  one.forget(1)
  assert.equal(inside.keys, 2)
  one.close()
  assert.equal(inside.keys, 0)
})

test('a token that is taken out is told, and nothing comes after it', async () => {
  const inside = token()
  const told: unknown[] = []
  const one = frames('media', 1, { load: inside.load, failed: (error) => told.push(error) })
  const other = frames('media', 2)
  for (const each of [one, other]) each.use(epoch(1))
  inside.isOut = true
  let came = 0
  const count = (): number => (came += 1)
  void Promise.resolve(one.seal(utf8('x'), 0)).then(count)
  void plaintextOf(one.open(2, await other.seal(utf8('x'), 0)!)).then(count)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(told.map(String), ['Error: taken out', 'Error: taken out'])
  assert.equal(came, 0)
})
