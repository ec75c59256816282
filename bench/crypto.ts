import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hash,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import { cpaceIsk, cpaceStart, cpaceTags, random, Secret, utf8, xwing } from '@hufu/protocol/crypto'
import {
  firstEpoch,
  nativeKeys,
  rekeyPolicy,
  startRecords,
  startSession,
  type Records,
  type Session,
  type SessionRole,
} from '@hufu/protocol/session'
import type { Ms } from '@hufu/protocol/wire'
import type { Benchmark } from './harness/benchmark.ts'
import { perSecond } from './harness/cpu.ts'
import { alone, compared, type Figure } from './harness/figures.ts'
import { bareCipher } from './peers/bare-cipher.ts'

/** Rounds, each of which measures ours and then the peer. */
const ROUNDS = 9
/** Changes of keys per second of CPU, both ends together. */
const REKEYS = 2_000
/** Least share of the bare calls' speed. Our choice: composing may cost as much again, and no more. */
const AT_LEAST = 0.5

/** The primitives as hufu composes them, beside the same work done by bare calls of `node:crypto`. */
export const crypto: Benchmark = {
  name: 'crypto',
  about:
    'CPU of what hufu composes, beside the bare calls of node:crypto that the same work cannot do without. One process, one thread, CPU time and not the clock. A CPace party: generator, share, agreement, ISK, both tags; bare: two X25519 agreements with raw keys imported, three SHA-512 and two HMAC-SHA-512 of the same lengths. X-Wing: generate, encapsulate, decapsulate; bare: the same of ML-KEM-768, two X25519 keys, two agreements. Records: seal and open, header and nonce included; bare: AES-256-GCM in both directions under one KeyObject, key and nonce at hand. Changes of keys: two whole sessions that exchange a word and move their keys after it, X-Wing and all records of both ends in one process.',
  packages: [],
  limitMs: 120_000,
  run: () => {
    const figures = [
      figure('CPace, one party', cpaceParty(), barePake()),
      figure('X-Wing, generate + encapsulate + decapsulate', xwingRun(), bareHybrid()),
      figure('record of 1,024 octets, seal + open', recordRun(1_024), bareCipher(1_024, 10)),
      figure('record of 64,000 octets, seal + open', recordRun(64_000), bareCipher(64_000, 10)),
      rekeys(),
    ]
    return Promise.resolve({ figures, notes: [`${ROUNDS} rounds; the target is our choice`] })
  },
}

function figure(what: string, ours: () => void, bare: () => void): Figure {
  perSecond(ours)
  perSecond(bare) // both compiled and warm
  const hufu: number[] = []
  const peer: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    hufu.push(perSecond(ours))
    peer.push(perSecond(bare))
  }
  return compared({ what, unit: '/s', hufu, peer, peerName: 'bare node:crypto', atLeast: AT_LEAST })
}

/** Whole changes of keys, both ends: proposal, answer, proof and what shows that it came, with all their records. */
function rekeys(): Figure {
  const run = rekeyRun()
  perSecond(run)
  const runs = Array.from({ length: ROUNDS }, () => perSecond(run))
  const figure = alone('changes of keys, both ends', '/s', runs)
  const text = `at least ${REKEYS.toLocaleString('en')}`
  return { ...figure, target: { text, met: figure.hufu >= REKEYS } }
}

function rekeyRun(): () => void {
  const root = random(64)
  const transcriptHash = random(32)
  let now = 0
  const start = (role: SessionRole): Session =>
    startSession({
      root: new Secret(root.slice()),
      role,
      transcriptHash,
      standBy: Number.MAX_SAFE_INTEGER as Ms,
      // The initiator moves them whenever a millisecond has passed, after every word.
      policy: rekeyPolicy(role === 'initiator' ? { afterMs: 1 } : {}),
    })
  const [initiator, responder] = [start('initiator'), start('responder')]
  const move = (from: Session, to: Session): boolean => {
    let moved = false
    for (let record = from.poll(now as Ms); record !== undefined; record = from.poll(now as Ms)) {
      if (record instanceof Promise) throw new Error('a cipher that answers later')
      to.receive(record, now as Ms)
      moved = true
    }
    while (to.take() !== undefined) to.taken(now as Ms)
    to.events()
    return moved
  }
  const settle = (): void => {
    while (move(initiator, responder) || move(responder, initiator));
  }
  initiator.present(now as Ms)
  responder.present(now as Ms)
  settle()
  return () => {
    const before = initiator.epoch
    initiator.send(utf8('a word'))
    now += 10
    settle()
    if (initiator.epoch !== before + 1 || responder.epoch !== before + 1)
      throw new Error('the keys did not move once')
  }
}

function cpaceParty(): () => void {
  const input = { prs: utf8('tango-orbit-lilac'), ci: random(32), sid: random(16) }
  const peer = cpaceStart(input, random).share
  const ad = random(1_280)
  return () => {
    const mine = cpaceStart(input, random)
    const transcript = { ya: mine.share, ada: ad, yb: peer, adb: ad }
    const k = mine.finish(peer)!
    const isk = cpaceIsk(input.sid, k, transcript)
    cpaceTags(input.sid, isk, transcript)
    k.wipe()
    isk.wipe()
  }
}

function barePake(): () => void {
  const publicKey = rawPublic(generateKeyPairSync('x25519').publicKey)
  const macKey = createSecretKey(randomBytes(64))
  const [short, transcript, half] = [randomBytes(200), randomBytes(2_700), randomBytes(1_316)]
  return () => {
    const privateKey = createPrivateKey({
      key: randomBytes(32),
      format: 'raw-private',
      asymmetricKeyType: 'x25519',
    })
    for (const hashed of [short, transcript, short]) hash('sha512', hashed, 'buffer')
    for (let i = 0; i < 2; i += 1) {
      diffieHellman({ privateKey, publicKey: x25519Public(publicKey) })
      createHmac('sha512', macKey).update(half).digest()
    }
  }
}

function xwingRun(): () => void {
  return () => {
    const key = xwing.generate(random)
    const sent = xwing.encapsulate(key.publicKey, random)!
    key.decapsulate(sent.ciphertext)
    key.wipe()
  }
}

function bareHybrid(): () => void {
  return () => {
    const kem = generateKeyPairSync('ml-kem-768')
    const one = generateKeyPairSync('x25519')
    const raw = rawPublic(kem.publicKey)
    const rawOne = rawPublic(one.publicKey)
    const theirs = createPublicKey({
      key: raw,
      format: 'raw-public',
      asymmetricKeyType: 'ml-kem-768',
    })
    const sent = encapsulate(theirs)
    const two = generateKeyPairSync('x25519')
    const rawTwo = rawPublic(two.publicKey)
    diffieHellman({ privateKey: two.privateKey, publicKey: x25519Public(rawOne) })
    decapsulate(kem.privateKey, sent.ciphertext)
    diffieHellman({ privateKey: one.privateKey, publicKey: x25519Public(rawTwo) })
  }
}

function recordRun(octets: number): () => void {
  const root = random(64)
  const transcript = random(32)
  const start = (role: SessionRole): Records =>
    startRecords(
      firstEpoch(new Secret(root.slice()), transcript, { role, makeKey: nativeKeys }),
      transcript,
    )
  const initiator = start('initiator')
  const responder = start('responder')
  const payload = random(octets)
  return () => {
    const sealed = initiator.seal([payload])
    const record = sealed.ok ? sealed.value : undefined
    const deciphered = record instanceof Uint8Array ? responder.decipher(record) : undefined
    if (
      deciphered === undefined ||
      deciphered instanceof Promise ||
      !responder.accept(deciphered).ok
    )
      throw new Error('a record did not open')
  }
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'raw-public' })
}

function x25519Public(key: Buffer): KeyObject {
  return createPublicKey({ key, format: 'raw-public', asymmetricKeyType: 'x25519' })
}
