import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, test } from 'node:test'
import { enrolled, type SecurityKey } from '@hufu/protocol/identity'
import { checkEnrolled, enrol, invitationKeys, prove, type Place } from '@hufu/protocol/signin'
import { ed25519, random } from '@hufu/protocol/crypto'
import { softwareHolder } from '../../packages/server/src/signin.testing.ts'
import { testTerminal, type TestTerminal } from '../../packages/server/src/terminal.testing.ts'
import { operatorOf, type Operator } from '../support/operator.ts'
import { serve, type Served } from '../support/serve.ts'

/*
 * A server that is killed at any moment: whoever was told that they are signed in, or released, or enrolled, is so afterwards,
 * and nothing is half done.
 */

const USERS = 6
const KILLS = 5

let served: Served
let operator: Operator
before(async () => {
  served = await serve({
    HUFU_ENROLMENTS_PER_SOURCE: '100000',
    HUFU_SIGNINS_PER_SECOND: '100000',
    HUFU_CONTROL_PER_SECOND: '100000',
    HUFU_CONTROL_BURST: '100000',
  })
  operator = await operatorOf(served)
})
after(() => served.stop())

const name = (): string => new URL(served.origin).host

function placeAt(terminal: TestTerminal): Place {
  const { serverId } = terminal.challenge
  return { serverName: name(), serverId, terminal: terminal.terminal }
}

async function keyOf(user: string): Promise<SecurityKey> {
  const holder = softwareHolder()
  const terminal = await testTerminal(name())
  const keys = invitationKeys(await operator.invite(user))
  const { message, awaited } = await enrol(
    holder,
    keys,
    { ref: 1, place: placeAt(terminal) },
    random,
  )
  terminal.send(message)
  const issued = await terminal.next('signin.issued')
  assert.ok(checkEnrolled(awaited, issued, Date.now()).ok)
  terminal.close()
  return enrolled(holder, issued.user, issued.certificates)
}

test('killed at random, it has forgotten no sign-in and no release that it told of', async () => {
  const people = await Promise.all(
    Array.from({ length: USERS }, async (_, at) => ({
      key: await keyOf(`user${at}`),
      terminalKey: ed25519.generate(random),
      /** What the server has said last; undefined while an answer is awaited. */
      told: false as boolean | undefined,
    })),
  )
  let acts = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    let killed = false
    const work = people.map(async (one) => {
      const terminal = await testTerminal(name(), one.terminalKey)
      for (;;) {
        const act = one.told === true ? 'release' : 'sign-in'
        try {
          terminal.send({ type: 'signin.ask', ref: 1, act, by: 'key', user: null })
          const challenge = await terminal.next('signin.challenge')
          const subject = act === 'release' ? terminal.terminal : new Uint8Array(0)
          const place = placeAt(terminal)
          const proof = await prove(one.key, challenge, { act, place, subject }, random)
          const before = one.told
          one.told = undefined
          terminal.send(proof)
          await terminal.next(act === 'release' ? 'signin.done' : 'signin.bound')
          one.told = before !== true
          acts += 1
        } catch (error) {
          if (killed) return
          throw error
        }
      }
    })
    const stopped = Promise.all(work)
    const target = acts + randomInt(20, 200)
    while (acts < target) await new Promise((resolve) => setTimeout(resolve, 1))
    killed = true
    await served.kill()
    await stopped
    await served.restart()
    for (const one of people) {
      const terminal = await testTerminal(name(), one.terminalKey)
      terminal.send({ type: 'signin.where', ref: 1 })
      const here = (await terminal.next('signin.here')).here !== null
      if (one.told !== undefined) assert.equal(here, one.told, 'it forgot what it had told')
      one.told = here
      terminal.close()
    }
  }
  const { fault } = (await operator.call('POST', '/audit/verify')) as { readonly fault: unknown }
  assert.equal(fault ?? null, null)
})
