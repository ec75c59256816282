import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bundle, CallEffect, CallSeat } from '@hufu/protocol/call'
import type { SecurityKey } from '@hufu/protocol/identity'
import { fakeClock } from '../clock.testing.ts'
import { admission } from './admission.ts'
import { crowd } from './crowd.ts'
import type { MemberEvent } from './events.ts'
import { peopleBy } from './people.ts'

/** The door of a call, with a seat that only notes what it is asked. */
function door() {
  const clock = fakeClock()
  const asked: string[] = []
  const told: MemberEvent[] = []
  const people = peopleBy(undefined, () => 0)
  const here = crowd({
    people,
    clock,
    lapsed: () => undefined,
    isIn: () => false,
    tell: (event) => told.push(event),
  })
  const signatures: ((signature: Uint8Array) => void)[] = []
  const none: readonly CallEffect[] = []
  const noting = (what: string) => (): readonly CallEffect[] => {
    asked.push(what)
    return none
  }
  const seat = { admit: noting('admit'), signed: noting('signed'), joining: noting('joining') }
  const made = admission({
    seat: seat as unknown as CallSeat,
    clock,
    key: {
      sign: () => new Promise((resolve) => signatures.push(resolve)),
    } as unknown as SecurityKey,
    people,
    trust: () => ({ issuers: [], nowUnixMs: 0 }),
    acceptsChanged: async () => false,
    crowd: here,
    act: () => undefined,
    refuse: (index, user, code) => here.refused(index, user, code),
  })
  return { clock, made, asked, told, here, signatures }
}

const bundle = { user: 'bob@localhost', certificates: certificates() } as unknown as Bundle

function certificates() {
  return { signing: new Uint8Array(1), agreement: new Uint8Array(1) }
}

test('whom nobody has had rung is not let in, whatever it shows', async () => {
  const { made, asked, told } = door()
  await made.joining(1, bundle)
  assert.deepEqual(asked, [])
  assert.deepEqual(told, [
    { type: 'member', state: 'refused', index: 1, user: 'bob@localhost', code: 'ERR_CALL_PROOF' },
  ])
})

test('who shows certificates that are none is refused, and has to be rung again', async () => {
  const { made, told, here, asked } = door()
  here.ring(['bob@localhost'])
  await made.joining(1, bundle)
  await made.joining(1, bundle)
  const codes = told.flatMap((event) => (event.state === 'refused' ? [event.code] : []))
  assert.deepEqual(codes, ['ERR_CERT_MALFORMED', 'ERR_CALL_PROOF'])
  assert.deepEqual(asked, [])
})

test('nothing is signed after the end', async () => {
  const { made, asked, signatures } = door()
  const statement = {} as Parameters<typeof made.sign>[0]['statement']
  const signing = made.sign({ do: 'sign', batch: 1, statement })
  made.close()
  signatures[0]!(new Uint8Array(64))
  await signing
  assert.deepEqual(asked, [])
})
