import { cpuUsage } from 'node:process'
import { ed25519, random, x25519 } from '@hufu/protocol/crypto'
import { ecdsaP256, p256 } from '@hufu/protocol/crypto/more'
import {
  enrolled,
  readCertificate,
  readIssuer,
  verifySignature,
  type KeyAlgorithm,
  type KeyHolder,
  type SecurityKey,
} from '@hufu/protocol/identity'
import { enrol, invitationKeys, keyStatement, prove } from '@hufu/protocol/signin'
import { statementOctets } from '@hufu/protocol/wire'
import { cpuSoFar } from '../harness/proc.ts'
import { terminalAt, type Terminal } from './terminal.ts'

/*
 * A process of its own with many users at many terminals:
 *
 *   users.ts PORT SERVER-PID SESSION ALGORITHM
 *
 * First each user signs in once, a batch a round, with certificates that the server has not seen; then those of the first
 * batch sign in again and again. Around each round the same signatures are verified here, and nothing else. Prints a line of
 * JSON for each round.
 */

/** Users of a batch, each at a terminal of its own. */
const USERS = 240
const ROUNDS = 7
/** Sign-ins of each user in a round of those that come again. */
const AGAIN = 6
/** Bare verifications in one measurement. */
const BARE = 1_500

/** One round, as it is printed. */
export interface Round {
  readonly kind: 'first' | 'again'
  /** Sign-ins, and per second of the server's CPU. */
  readonly signIns: number
  readonly rate: number
  /** The same by the clock. */
  readonly byClock: number
  /** What a sign-in contains of signatures, verified and nothing else: sets per second of CPU. */
  readonly bare: number
  /** Microseconds of the terminals' CPU for each sign-in. */
  readonly terminalMicros: number
}

interface Seat {
  readonly terminal: Terminal
  readonly key: SecurityKey
}

let known: Uint8Array | undefined
const [port, pid, session, algorithm] = process.argv.slice(2) as [
  string,
  string,
  string,
  KeyAlgorithm,
]
await main(Number(port), Number(pid))

async function main(port: number, pid: number): Promise<void> {
  const terminals = await Promise.all(Array.from({ length: USERS }, async () => terminalAt(port)))
  let seats: readonly Seat[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const keys = await enrolAll(port, terminals, round)
    for (const seat of seats) await release(seat)
    seats = terminals.map((terminal, at) => ({ terminal, key: keys[at]! }))
    const bare = await bareRate(seats[0]!, 'first')
    const rate = await measured(pid, () => Promise.all(seats.map(signIn)), seats.length)
    if (round > 0) print({ kind: 'first', ...rate, bare })
  }
  for (let round = 0; round <= ROUNDS; round += 1) {
    const bare = await bareRate(seats[0]!, 'again')
    const work = async (seat: Seat): Promise<void> => {
      for (let i = 0; i < AGAIN; i += 1) await signIn(seat)
    }
    const rate = await measured(pid, () => Promise.all(seats.map(work)), seats.length * AGAIN)
    if (round > 0) print({ kind: 'again', ...rate, bare })
  }
  process.exit(0)
}

async function measured(
  pid: number,
  work: () => Promise<unknown>,
  signIns: number,
): Promise<Omit<Round, 'kind' | 'bare'>> {
  const [own, server, clock] = [cpuUsage(), await cpuSoFar(pid), performance.now()]
  await work()
  const seconds = (performance.now() - clock) / 1_000
  const spent = (await cpuSoFar(pid)) - server
  const { user, system } = cpuUsage(own)
  return {
    signIns,
    rate: signIns / spent,
    byClock: signIns / seconds,
    terminalMicros: (user + system) / signIns,
  }
}

async function signIn({ terminal, key }: Seat): Promise<void> {
  terminal.send({ type: 'signin.ask', ref: 1, act: 'sign-in', by: 'key', user: key.user })
  const challenge = await terminal.next('signin.challenge')
  const { place } = terminal
  terminal.send(await prove(key, challenge, { act: 'sign-in', place }, random))
  await terminal.next('signin.bound')
}

async function release({ terminal, key }: Seat): Promise<void> {
  terminal.send({ type: 'signin.ask', ref: 1, act: 'release', by: 'key', user: null })
  const challenge = await terminal.next('signin.challenge')
  const { place } = terminal
  const what = { act: 'release', place, subject: place.terminal } as const
  terminal.send(await prove(key, challenge, what, random))
  await terminal.next('signin.done')
}

/** A new user at every terminal. */
async function enrolAll(
  port: number,
  terminals: readonly Terminal[],
  round: number,
): Promise<readonly SecurityKey[]> {
  const keys: SecurityKey[] = []
  for (const [at, terminal] of terminals.entries()) {
    const code = await invite(port, `user-${algorithm}-${round}-${at}`)
    const holder = newHolder()
    const what = { ref: 1, place: terminal.place }
    const { message } = await enrol(holder, invitationKeys(code), what, random)
    terminal.send(message)
    const { user, certificates } = await terminal.next('signin.issued')
    keys.push(enrolled(holder, user, certificates))
  }
  return keys
}

async function invite(port: number, user: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/invitations`, {
    method: 'POST',
    headers: {
      'X-Hufu-Request': '1',
      'Content-Type': 'application/json',
      Authorization: `Bearer ${session}`,
    },
    body: JSON.stringify({ user, kind: 'key' }),
  })
  const { code } = (await response.json()) as { readonly code?: string }
  if (code === undefined) throw new Error(`no invitation: ${response.status}`)
  return code
}

function newHolder(): KeyHolder {
  const [scheme, group] = algorithm === 'p256' ? [ecdsaP256, p256] : [ed25519, x25519]
  const [signing, agreement] = [scheme.generate(random), group.generate(random)]
  return {
    kind: algorithm === 'p256' ? 'token' : 'software',
    publicKeys: { algorithm, signing: signing.publicKey, agreement: agreement.publicKey },
    sign: async (statement) => signing.sign(statementOctets(statement)),
    agree: async () => undefined,
    close: async () => undefined,
  }
}

/** Sets of the signatures that a sign-in contains, verified per second of CPU. */
async function bareRate({ terminal, key }: Seat, kind: Round['kind']): Promise<number> {
  const by = { user: key.user, certificates: key.certificates, subject: new Uint8Array(0) }
  const fresh = { challenge: random(32), nonce: random(32) }
  const statement = keyStatement('sign-in', terminal.place, fresh, by)
  const signature = await key.sign(statement)
  const issuer = await issuerKey()
  const leaves = [key.certificates.signing, key.certificates.agreement].map((der) => {
    const read = readCertificate(der)
    if (!read.ok) throw new Error(read.code)
    return read.value
  })
  const began = cpuUsage()
  for (let i = 0; i < BARE; i += 1) {
    if (!verifySignature(key.publicKeys, statement, signature)) throw new Error('not verified')
    if (kind === 'first')
      for (const { signed, signature } of leaves)
        if (
          signature.scheme !== 'ecdsa-p256' ||
          !ecdsaP256.verify(issuer, signed, signature.octets)
        )
          throw new Error('not certified')
  }
  const { user, system } = cpuUsage(began)
  return BARE / ((user + system) / 1e6)
}

/** The authority's public key, on P-256. */
async function issuerKey(): Promise<Uint8Array> {
  if (known !== undefined) return known
  const response = await fetch(`http://127.0.0.1:${port}/authority/certificate`)
  const pem = await response.text()
  const read = readIssuer(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'))
  if (!read.ok) throw new Error(read.code)
  known = read.value.publicKey.octets
  return known
}

function print(round: Round): void {
  process.stdout.write(`round ${JSON.stringify(round)}\n`)
}
