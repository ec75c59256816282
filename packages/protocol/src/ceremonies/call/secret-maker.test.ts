import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex, random } from '../../crypto/index.ts'
import { secretMaker } from './secret-maker.ts'

/** A token that draws octets of one value after the other, when it is let. */
function slowToken(): {
  random(octets: number): Promise<Uint8Array>
  answer(): void
  asked: number
} {
  const waiting: (() => void)[] = []
  return {
    asked: 0,
    random(octets) {
      this.asked += 1
      const drawn = new Uint8Array(octets).fill(this.asked)
      return new Promise((resolve) => waiting.push(() => resolve(drawn)))
    },
    answer: () => waiting.shift()?.(),
  }
}

const zeros = (octets: number): Uint8Array => new Uint8Array(octets)

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

/** Three secrets of a terminal that draws nothing but zeros, with the token's answers in between or not. */
async function three(answers: boolean): Promise<string[]> {
  const token = slowToken()
  const maker = secretMaker(token, zeros)
  token.answer()
  const make = await maker
  const made: string[] = []
  for (let at = 0; at < 3; at++) {
    made.push(hex(make().expose()))
    if (answers) token.answer()
    await settled()
  }
  return made
}

test('each secret has its share of the token, and none waits for it', async () => {
  const [quick, slow] = [await three(true), await three(false)]
  assert.equal(new Set([...quick, ...slow]).size, 5)
  assert.equal(quick[0], slow[0])
  assert.ok(quick.every((secret) => secret.length === 64))
})

test('each secret has its share of the terminal', async () => {
  const made = new Set<string>()
  for (const draw of [zeros, random, random]) {
    const token = slowToken()
    const maker = secretMaker(token, draw)
    token.answer()
    made.add(hex((await maker)().expose()))
  }
  assert.equal(made.size, 3)
})

test('the token is asked for one at a time', async () => {
  const token = slowToken()
  const maker = secretMaker(token, random)
  token.answer()
  const make = await maker
  for (let at = 0; at < 5; at++) make()
  assert.equal(token.asked, 2)
})

test('a token that is gone from the beginning is told, later it is not', async () => {
  const gone = { random: () => Promise.reject(new Error('gone')) }
  await assert.rejects(secretMaker(gone, random), /gone/)
  let times = 0
  const goes = { random: () => (times++ === 0 ? Promise.resolve(random(32)) : gone.random()) }
  const make = await secretMaker(goes, random)
  assert.notDeepEqual(make().expose(), make().expose())
  await settled()
})

test('without a token, a secret is what the terminal draws', async () => {
  const make = await secretMaker(undefined, (octets) => new Uint8Array(octets).fill(9))
  assert.deepEqual(make().expose(), new Uint8Array(32).fill(9))
})
