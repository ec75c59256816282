import type { TestContext } from 'node:test'
import { checkStatement, joinStatement, type Bundle } from '@hufu/protocol/call'
import { ed25519, random, xwing, type SigningKey } from '@hufu/protocol/crypto'
import type { SecurityKey } from '@hufu/protocol/identity'
import { terminalIdOf } from '@hufu/protocol/wire'
import type { Config } from '../../config.ts'
import { signIn, testHouse, type TestHouse } from '../../signin.testing.ts'
import type { TestTerminal } from '../../terminal.testing.ts'

export type Named<T extends string> = Extract<Awaited<ReturnType<TestTerminal['any']>>, { type: T }>

/** Somebody signed in at a terminal. */
export interface Person {
  readonly terminal: TestTerminal
  readonly key: SecurityKey
}

/** Ann, and others who wait to be rung. */
export async function people(
  t: TestContext,
  names: readonly string[],
  settings: Partial<Config> = {},
): Promise<{ house: TestHouse; ann: Person; others: readonly Person[] }> {
  const house = await testHouse(t, settings)
  const ann = await at(house, await house.keyOf('ann'))
  const others = []
  for (const name of names) others.push(await at(house, await house.keyOf(name)))
  return { house, ann, others }
}

/** A terminal where the key's user is signed in, and rings. */
export async function at(
  house: Pick<TestHouse, 'name' | 'terminal'>,
  key: SecurityKey,
): Promise<Person> {
  const terminal = await house.terminal()
  await signIn(house, terminal, key)
  terminal.send({ type: 'pair.attend', ref: 77 })
  await terminal.next('pair.attending')
  return { terminal, key }
}

/** What places a call. */
export function placing(
  { key }: Person,
  call: Uint8Array,
  users: readonly string[],
): Parameters<TestTerminal['send']>[0] & { type: 'call.place' } {
  const { certificates } = key
  const checks = { checkInitiator: false, checkMembers: false }
  const media = terminalIdOf(ed25519.generate(random).publicKey)
  return { type: 'call.place', ref: 1, call, users, r1: random(32), certificates, media, ...checks }
}

/** Places a call. */
export async function place(
  ann: Person,
  users: readonly string[],
): Promise<{ call: Uint8Array; placed: Named<'call.placed'> }> {
  const call = random(16)
  ann.terminal.send(placing(ann, call, users))
  const placed = await ann.terminal.next('call.placed')
  await ann.terminal.next('session.entered')
  return { call, placed }
}

/** It rings. */
export function ringing({ terminal }: Person): Promise<Named<'call.ring'>> {
  return terminal.next('call.ring')
}

/** S1 of whoever answers, and the key of its second connection. */
export async function bundleOf(
  house: Pick<TestHouse, 'name'>,
  { key, terminal }: Person,
  { call, from: host, r1 }: Pick<Named<'call.ring'>, 'call' | 'from' | 'r1'>,
): Promise<{ bundle: Bundle; mediaKey: SigningKey }> {
  const mediaKey = ed25519.generate(random)
  const unsigned = {
    user: key.user,
    certificates: key.certificates,
    terminal: terminal.terminal,
    host,
    r1,
    r2: random(32),
    signing: ed25519.generate(random).publicKey,
    sealing: xwing.generate(random).publicKey,
    media: terminalIdOf(mediaKey.publicKey),
  }
  const signature = await key.sign(joinStatement({ call, server: house.name }, unsigned))
  return { bundle: { ...unsigned, signature }, mediaKey }
}

/** Answers. */
export async function join(
  house: Pick<TestHouse, 'name'>,
  person: Person,
  ring: Named<'call.ring'>,
): Promise<{
  joined: Named<'call.joined'>
  mediaKey: SigningKey
}> {
  const { call } = ring
  const { bundle, mediaKey } = await bundleOf(house, person, ring)
  person.terminal.send({ type: 'call.accept', ref: 1, call, bundle, check: null })
  return { joined: await person.terminal.next('call.joined'), mediaKey }
}

/** A KEY’s answer to a check. */
export async function answer(
  house: Pick<TestHouse, 'name'>,
  { key, terminal }: Person,
  what: { role: 'initiator' | 'member'; call: Uint8Array; challenge: Uint8Array },
): Promise<{ nonce: Uint8Array; signature: Uint8Array }> {
  const { role, call, challenge } = what
  const nonce = random(32)
  const by = { role, user: key.user, certificates: key.certificates, terminal: terminal.terminal }
  const statement = checkStatement({ call, server: house.name }, by, challenge, nonce)
  return { nonce, signature: await key.sign(statement) }
}

/** The handle of the session that is entered next. */
export async function handleOf(terminal: TestTerminal): Promise<number> {
  return (await until(terminal, 'session.entered')).handle
}

/** The next of this kind; what comes before it is of no interest. */
export async function until<T extends string>(terminal: TestTerminal, type: T): Promise<Named<T>> {
  for (;;) {
    const item = await terminal.any()
    if (item.type === type) return item as Named<T>
  }
}
