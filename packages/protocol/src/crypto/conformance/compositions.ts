import type { Backend } from '../backend.ts'
import { unhex } from '../bytes.ts'
import { cpaceGenerator, type CpaceInput, makeCpace } from '../cpace.ts'
import { makeHkdf } from '../hkdf.ts'
import {
  type HpkeRecipient,
  type HpkeSender,
  type HpkeSuite,
  setupRecipient,
  setupSender,
} from '../hpke.ts'
import { makeDhkem, makePlainKem } from '../hpke-kem.ts'
import { lvCat } from '../length-value.ts'
import { Secret } from '../secret.ts'
import { makeXWing } from '../xwing.ts'
import { dealer, is } from './outcome.ts'
import type {
  CpaceRunVector,
  CpaceShareVector,
  CpaceTagsVector,
  HpkeVector,
  LengthValueVector,
} from './vectors.ts'

/** Both sides of a context: what is sent, where that can be replayed, and what is received. */
export function hpke(backend: Backend, vector: HpkeVector): boolean {
  const hkdf = makeHkdf(backend)
  const sha256 = { id: 1, hash: 'sha256', octets: 32, hkdf } as const
  const kdf = vector.kdf === 1 ? sha256 : ({ id: 3, hash: 'sha512', octets: 64, hkdf } as const)
  const ciphers = { 1: backend.aes128gcm, 2: backend.aes256gcm, 3: backend.chacha20poly1305 }
  const aead = { id: vector.aead, aead: ciphers[vector.aead] }
  const secret = unhex(vector.secret)
  if (vector.kem === 0x647a) {
    const xwing = makeXWing(backend)
    const suite = { kem: makePlainKem(vector.kem, xwing), kdf, aead }
    return bothSides(suite, xwing.fromSecret(secret), vector, backend.replaysEncapsulation)
  }
  const group = vector.kem === 0x10 ? backend.p256 : backend.x25519
  const suite = { kem: makeDhkem(vector.kem, group, sha256), kdf, aead }
  return bothSides(suite, group.fromSecret(secret), vector, true)
}

function bothSides<Key extends { readonly publicKey: Uint8Array }>(
  suite: HpkeSuite<Key>,
  key: Key,
  vector: HpkeVector,
  replays: boolean,
): boolean {
  const info = unhex(vector.info)
  const recipient = setupRecipient(suite, key, unhex(vector.enc), info)
  const sender = setupSender(suite, unhex(vector.public), info, dealer(vector.randomness))
  if (recipient === undefined || sender === undefined) return false
  const same =
    is(key.publicKey, vector.public) &&
    vector.exports.every(({ context, value }) =>
      is(recipient.export(unhex(context), value.length / 2), value),
    )
  if (!replays) return same && sender.enc.length === suite.kem.encOctets && opens(recipient, vector)
  return same && is(sender.enc, vector.enc) && runs(sender, recipient, vector)
}

/** What the vector holds opens, message after message: it leaves no number out. */
function opens(recipient: HpkeRecipient, vector: HpkeVector): boolean {
  return vector.messages.every(
    ({ sequence, aad, plaintext, sealed }, at) =>
      sequence === at && is(recipient.open(unhex(aad), unhex(sealed)), plaintext),
  )
}

/** The sender seals what the vector holds, and something else at the numbers it leaves out; all of it opens. */
function runs(sender: HpkeSender, recipient: HpkeRecipient, vector: HpkeVector): boolean {
  const nothing = new Uint8Array()
  let next = 0
  return vector.messages.every(({ sequence, aad, plaintext, sealed }) => {
    for (; next < sequence; next++) {
      if (!is(recipient.open(nothing, sender.seal(nothing, nothing)), '')) return false
    }
    next += 1
    const made = sender.seal(unhex(aad), unhex(plaintext))
    return is(made, sealed) && is(recipient.open(unhex(aad), made), plaintext)
  })
}

/** Generator, shares, K and ISK from both sides. */
export function cpaceRun(backend: Backend, vector: CpaceRunVector): boolean {
  const cpace = makeCpace(backend)
  const input: CpaceInput = {
    prs: unhex(vector.prs),
    ci: unhex(vector.ci),
    sid: unhex(vector.sid),
  }
  const a = cpace.start(input, dealer(vector.ya))
  const b = cpace.start(input, dealer(vector.yb))
  const transcript = {
    ya: a.share,
    ada: unhex(vector.ada),
    yb: b.share,
    adb: unhex(vector.adb),
  }
  const ka = a.finish(b.share)
  const kb = b.finish(a.share)
  return (
    is(cpaceGenerator(input, backend.sha512), vector.generator) &&
    is(a.share, vector.shareA) &&
    is(b.share, vector.shareB) &&
    is(ka?.expose(), vector.k) &&
    is(kb?.expose(), vector.k) &&
    is(ka && cpace.isk(input.sid, ka, transcript).expose(), vector.isk)
  )
}

/** K, or the abort. */
export function cpaceShare(backend: Backend, vector: CpaceShareVector): boolean {
  const nothing = new Uint8Array()
  const input = { prs: nothing, ci: nothing, sid: nothing }
  const k = makeCpace(backend).start(input, dealer(vector.scalar)).finish(unhex(vector.peer))
  return vector.k === null ? k === undefined : is(k?.expose(), vector.k)
}

/** Both tags. */
export function cpaceTags(backend: Backend, vector: CpaceTagsVector): boolean {
  const transcript = {
    ya: unhex(vector.ya),
    ada: unhex(vector.ada),
    yb: unhex(vector.yb),
    adb: unhex(vector.adb),
  }
  const isk = new Secret(unhex(vector.isk))
  const { ta, tb } = makeCpace(backend).tags(unhex(vector.sid), isk, transcript)
  return is(ta, vector.ta) && is(tb, vector.tb)
}

/** The same whatever the backend, but a browser's engine has to show it too. */
export function lengthValue(_backend: Backend, vector: LengthValueVector): boolean {
  return is(lvCat(...vector.parts.map(unhex)), vector.joined)
}
