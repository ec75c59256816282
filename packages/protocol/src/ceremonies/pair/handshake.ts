import {
  cpaceIsk,
  cpaceStart,
  cpaceTags,
  equal,
  hkdf,
  lvCat,
  sha256,
  sha512,
  utf8,
  wipe,
  Secret,
  xwing,
  type DecapsulationKey,
  type Random,
} from '../../crypto/index.ts'
import { decodeCbor, encodeCbor } from '../../wire/cbor.ts'
import { TERMINAL_ID_OCTETS } from '../../wire/connection.ts'
import { bytes, list, literal, string, tuple, type Carried } from '../../wire/schema.ts'
import { NONCE_OCTETS, SHARE_OCTETS, SID_OCTETS } from './messages.ts'
import { WORDS } from '../../wire/words.ts'

/*
 * What the two ends of a pairing compute (docs/protocol.md, "pair"). Either authenticates by what both know:
 *
 *   passphrase   CPace (draft-irtf-cfrg-cpace-21, CPACE-X25519-SHA512, initiator–responder): Ya, Yb are its shares
 *   resume       a secret left by an earlier session: Ya, Yb are random, and the secret stands where CPace's K does
 *
 * From there on all is the same: ISK → tags Ta, Tb (the draft's key confirmation) → key 1 with X-Wing's secret → key 2
 * with both random strings, which is the session's root.
 */

/** The suite in use, as it travels. One so far; the list that is offered is in the transcript. */
export const SUITE = 'cpace-x25519-sha512+xwing+aes256gcm'

/** What both ends know, and in what form. */
export type Knowledge =
  | { readonly by: 'passphrase'; readonly prs: Uint8Array }
  | { readonly by: 'resume'; readonly secret: Secret; readonly id: Uint8Array }

/** What both ends know beforehand and must agree on: CPace's CI. */
export interface Channel {
  /** The id that the server announced to each of the two. */
  readonly serverId: Uint8Array
  readonly kind: 'slot' | 'name' | 'meeting' | 'user'
  /** The slot's digits, the name or the user ID that is rung, or the meeting's id. */
  readonly at: string
}

const label = 'hufu/1 pair'
const MAX_RESUME_IDS = 2
/** Octets of the id of a resume secret. */
export const RESUME_ID_OCTETS = 16

/** ADa: everything of the requester's that is not a share. */
const requesterData = tuple({
  label: literal('hufu/1 pair requester'),
  suites: list(string(64), 8),
  /** The resume secrets that it can use, the newest first; none with a passphrase. */
  resume: list(bytes(RESUME_ID_OCTETS), MAX_RESUME_IDS),
  terminal: bytes(TERMINAL_ID_OCTETS),
  /** Under which name the requester wants to be shown, unverified, or empty. */
  name: string(64),
  xwing: bytes(1216),
  /** SHA-256 over the random string that comes with Ta: nobody in the middle can grind for equal words. */
  commitment: bytes(32),
})

/** ADb: everything of the answerer's. */
const answererData = tuple({
  label: literal('hufu/1 pair answerer'),
  suite: string(64),
  /** Which of the requester's resume secrets is used; empty with a passphrase. */
  resume: bytes(0, RESUME_ID_OCTETS),
  terminal: bytes(TERMINAL_ID_OCTETS),
  xwing: bytes(1120),
  nonce: bytes(NONCE_OCTETS),
})

export type RequesterData = Carried<typeof requesterData>
export type AnswererData = Carried<typeof answererData>

/** One end's sealed halves of the exchange so far. */
export interface Transcript {
  readonly sid: Uint8Array
  readonly ya: Uint8Array
  readonly ada: Uint8Array
  readonly yb: Uint8Array
  readonly adb: Uint8Array
}

/** What both ends hold when the exchange is over. */
export interface PairKeys {
  /** Key 2, 64 octets: the root of the session's keys. */
  readonly root: Secret
  /** 32 octets; goes into the session's keys and into what is compared aloud. */
  readonly transcriptHash: Uint8Array
  /** Four words to compare. */
  readonly words: readonly string[]
  readonly peerTerminal: Uint8Array
  /** Id of the resume secret that was used: it must be kept until the next one has been. Empty with a passphrase. */
  readonly resumed: Uint8Array
}

/** Cuts a share's half of the exchange short for whoever does not use it. */
interface Share {
  readonly share: Uint8Array
  /** K, or undefined if the other's share is refused. */
  finish(peer: Uint8Array): Secret | undefined
  wipe(): void
}

/** What the requester keeps between its request and the answer. */
export interface RequestSecrets {
  readonly channel: Channel
  readonly sid: Uint8Array
  readonly ada: Uint8Array
  readonly share: Share
  readonly knowledge: readonly Knowledge[]
  readonly xwing: DecapsulationKey
  readonly opening: Uint8Array
}

/** Makes Ya and ADa. `knowledge`: one passphrase, or up to two resume secrets, the newest first. */
export function makeRequest(
  channel: Channel,
  knowledge: readonly Knowledge[],
  self: { readonly terminal: Uint8Array; readonly name: string },
  random: Random,
): RequestSecrets {
  const sid = random(SID_OCTETS)
  const opening = random(NONCE_OCTETS)
  const key = xwing.generate(random)
  const ada = encodeCbor(
    requesterData.write({
      label: 'hufu/1 pair requester',
      suites: [SUITE],
      resume: knowledge.flatMap((k) => (k.by === 'resume' ? [k.id] : [])),
      terminal: self.terminal,
      name: self.name,
      xwing: key.publicKey,
      commitment: sha256(opening),
    }),
  )
  const share = shareFor(knowledge[0]!, channel, sid, random)
  return { channel, sid, ada, share, knowledge, xwing: key, opening }
}

/** The requester's data, or undefined if they are malformed. */
export function readRequesterData(ada: Uint8Array): RequesterData | undefined {
  const decoded = decodeCbor(ada)
  return decoded.ok ? requesterData.read(decoded.value) : undefined
}

/** What the answerer keeps between its answer and the confirmation. */
export interface AnswerSecrets {
  readonly share: Uint8Array
  readonly adb: Uint8Array
  readonly tb: Uint8Array
  readonly expectedTa: Uint8Array
  readonly commitment: Uint8Array
  readonly peerTerminal: Uint8Array
  readonly resumed: Uint8Array
  readonly isk: Secret
  readonly shared: Secret
  readonly nonce: Uint8Array
  readonly transcript: Transcript
  readonly channel: Channel
}

export type AnswerFailure =
  'ERR_PAIR_MALFORMED' | 'ERR_PAIR_SUITE' | 'ERR_PAIR_REFLECTED' | 'ERR_CONTACT_LOST'

/** Makes Yb, ADb and Tb to a request that `data` was read from. `knowledge` as for {@link makeRequest}. */
export function makeAnswer(
  channel: Channel,
  knowledge: readonly Knowledge[],
  request: { readonly sid: Uint8Array; readonly share: Uint8Array; readonly ada: Uint8Array },
  self: { readonly terminal: Uint8Array; readonly random: Random },
): AnswerSecrets | AnswerFailure {
  const data = readRequesterData(request.ada)
  if (data === undefined) return 'ERR_PAIR_MALFORMED'
  if (!data.suites.includes(SUITE)) return 'ERR_PAIR_SUITE'
  if (equal(data.terminal, self.terminal)) return 'ERR_PAIR_REFLECTED'
  const known = chosenKnowledge(knowledge, data.resume)
  if (known === undefined) return 'ERR_CONTACT_LOST'
  const encapsulated = xwing.encapsulate(data.xwing, self.random)
  if (encapsulated === undefined) return 'ERR_PAIR_MALFORMED'
  const nonce = self.random(NONCE_OCTETS)
  const adb = encodeCbor(
    answererData.write({
      label: 'hufu/1 pair answerer',
      suite: SUITE,
      resume: idOf(known),
      terminal: self.terminal,
      xwing: encapsulated.ciphertext,
      nonce,
    }),
  )
  const share = shareFor(known, channel, request.sid, self.random)
  const k = share.finish(request.share)
  share.wipe()
  if (k === undefined) {
    wipe(encapsulated.shared)
    return 'ERR_PAIR_MALFORMED'
  }
  const transcript = { sid: request.sid, ya: request.share, ada: request.ada, yb: share.share, adb }
  const isk = iskOf(known, k, transcript)
  const { ta, tb } = cpaceTags(request.sid, isk, transcript)
  return {
    share: share.share,
    adb,
    tb,
    expectedTa: ta,
    commitment: data.commitment,
    peerTerminal: data.terminal,
    resumed: idOf(known),
    isk,
    shared: new Secret(encapsulated.shared),
    nonce,
    transcript,
    channel,
  }
}

export type RequestFailure =
  'ERR_PAIR_MALFORMED' | 'ERR_PAIR_SUITE' | 'ERR_PAIR_REFLECTED' | 'ERR_PAIR_MISMATCH'

/** Checks Tb and, if it is good, gives Ta and the keys. Wipes what the request kept, whatever comes of it. */
export function checkAnswer(
  secrets: RequestSecrets,
  answer: { readonly share: Uint8Array; readonly associated: Uint8Array; readonly tag: Uint8Array },
  self: { readonly terminal: Uint8Array },
):
  | { readonly ta: Uint8Array; readonly opening: Uint8Array; readonly keys: PairKeys }
  | RequestFailure {
  try {
    const decoded = decodeCbor(answer.associated)
    const data = decoded.ok ? answererData.read(decoded.value) : undefined
    if (data === undefined) return 'ERR_PAIR_MALFORMED'
    if (equal(answer.share, secrets.share.share) || equal(data.terminal, self.terminal))
      return 'ERR_PAIR_REFLECTED'
    if (data.suite !== SUITE) return 'ERR_PAIR_SUITE'
    const known = answeredKnowledge(secrets.knowledge, data.resume)
    if (known === undefined) return 'ERR_PAIR_MALFORMED'
    const k = known.by === 'resume' ? copyOf(known.secret) : secrets.share.finish(answer.share)
    if (k === undefined) return 'ERR_PAIR_MALFORMED'
    const transcript = {
      sid: secrets.sid,
      ya: secrets.share.share,
      ada: secrets.ada,
      yb: answer.share,
      adb: answer.associated,
    }
    const isk = iskOf(known, k, transcript)
    const { ta, tb } = cpaceTags(secrets.sid, isk, transcript)
    const shared = secrets.xwing.decapsulate(data.xwing)
    if (!equal(tb, answer.tag) || shared === undefined) {
      wipe(isk, ...(shared === undefined ? [] : [shared]))
      return 'ERR_PAIR_MISMATCH'
    }
    const opening = secrets.opening
    const keys = deriveKeys(
      { ...transcript, ta, tb, opening, nonce: data.nonce },
      secrets.channel,
      {
        isk,
        shared: new Secret(shared),
      },
    )
    return { ta, opening, keys: { ...keys, peerTerminal: data.terminal, resumed: data.resume } }
  } finally {
    secrets.share.wipe()
    secrets.xwing.wipe()
  }
}

/** Checks Ta and the commitment's opening; the keys if both are good, undefined otherwise. Wipes what the answer kept. */
export function checkConfirmation(
  secrets: AnswerSecrets,
  confirm: { readonly tag: Uint8Array; readonly opening: Uint8Array },
): PairKeys | undefined {
  const good =
    equal(confirm.tag, secrets.expectedTa) && equal(sha256(confirm.opening), secrets.commitment)
  if (!good) {
    wipe(secrets.isk, secrets.shared)
    return undefined
  }
  const { transcript, expectedTa: ta, tb, nonce } = secrets
  const keys = deriveKeys(
    { ...transcript, ta, tb, opening: confirm.opening, nonce },
    secrets.channel,
    secrets,
  )
  return { ...keys, peerTerminal: secrets.peerTerminal, resumed: secrets.resumed }
}

/** CPace's CI: what both ends know beforehand, length-prefixed. The identities come in ADa and ADb and are checked there. */
export function channelIdentifier(channel: Channel): Uint8Array {
  return lvCat(utf8(label), channel.serverId, utf8(channel.kind), utf8(channel.at))
}

/** The id of a resume secret: 16 octets, telling nothing of it. */
export function resumeIdOf(secret: Secret): Uint8Array {
  return hkdf('sha512', secret, new Uint8Array(0), utf8(`${label} resume id`), RESUME_ID_OCTETS)
}

function shareFor(known: Knowledge, channel: Channel, sid: Uint8Array, random: Random): Share {
  if (known.by === 'passphrase')
    return cpaceStart({ prs: known.prs, ci: channelIdentifier(channel), sid }, random)
  return { share: random(SHARE_OCTETS), finish: () => copyOf(known.secret), wipe: () => undefined }
}

/** CPace's ISK, or with a resume secret the like of it under a label of our own. 64 octets. */
function iskOf(known: Knowledge, k: Secret, transcript: Transcript): Secret {
  try {
    if (known.by === 'passphrase') return cpaceIsk(transcript.sid, k, transcript)
    const { sid, ya, ada, yb, adb } = transcript
    const exchange = lvCat(utf8(`${label} resume`), sid, ya, ada, yb, adb)
    return new Secret(hkdf('sha512', k, sha512(exchange), utf8(`${label} resume isk`), 64))
  } finally {
    wipe(k)
  }
}

interface Exchange extends Transcript {
  readonly ta: Uint8Array
  readonly tb: Uint8Array
  readonly opening: Uint8Array
  readonly nonce: Uint8Array
}

/** Key 1 from ISK and X-Wing's secret, key 2 from key 1 and both random strings (B7, B8). Wipes ISK and the secret. */
function deriveKeys(
  exchange: Exchange,
  channel: Channel,
  secrets: { readonly isk: Secret; readonly shared: Secret },
): Omit<PairKeys, 'peerTerminal' | 'resumed'> {
  const { sid, ya, ada, yb, adb, ta, tb, opening, nonce } = exchange
  const transcriptHash = sha256(
    lvCat(channelIdentifier(channel), sid, ya, ada, yb, adb, ta, tb, opening),
  )
  const both = lvCat(opening, nonce)
  const ikm = new Secret(lvCat(secrets.isk.expose(), secrets.shared.expose()))
  const key1 = new Secret(hkdf('sha512', ikm, transcriptHash, utf8(`${label} key 1`), 64))
  const root = new Secret(hkdf('sha512', key1, both, utf8(`${label} key 2`), 64))
  const spoken = hkdf('sha512', secrets.isk, lvCat(transcriptHash, both), utf8(`${label} words`), 8)
  wipe(ikm, key1, secrets.isk, secrets.shared)
  return { root, transcriptHash, words: wordsOf(spoken) }
}

function idOf(known: Knowledge): Uint8Array {
  return known.by === 'resume' ? known.id : new Uint8Array(0)
}

/** Four words of 11 bits each from the first octets. */
function wordsOf(octets: Uint8Array): readonly string[] {
  const view = new DataView(octets.buffer, octets.byteOffset)
  return [0, 2, 4, 6].map((at) => WORDS[view.getUint16(at) % WORDS.length]!)
}

/** The newest of the requester's resume secrets that this end has too; the passphrase if there are none. */
function chosenKnowledge(
  knowledge: readonly Knowledge[],
  offered: readonly Uint8Array[],
): Knowledge | undefined {
  if (offered.length === 0) return knowledge.find((k) => k.by === 'passphrase')
  for (const id of offered) {
    const known = knowledge.find((k) => k.by === 'resume' && equal(k.id, id))
    if (known !== undefined) return known
  }
  return undefined
}

function answeredKnowledge(
  knowledge: readonly Knowledge[],
  resume: Uint8Array,
): Knowledge | undefined {
  if (resume.length === 0) return knowledge.find((k) => k.by === 'passphrase')
  return knowledge.find((k) => k.by === 'resume' && equal(k.id, resume))
}

function copyOf(secret: Secret): Secret {
  return new Secret(secret.expose().slice())
}
