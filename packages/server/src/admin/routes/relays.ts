import { base64url, unbase64url, unhex } from '@hufu/protocol/crypto'
import {
  AddKey,
  Enrol,
  EnrolChip,
  Issued,
  judge,
  Prove,
  type OpenChallenge,
  type Place,
} from '@hufu/protocol/signin'
import { codec, HufuError, type ErrorCode, type Outcome } from '@hufu/protocol/wire'
import type { IssuedBody } from '../../authority/authority.ts'
import {
  chipOr,
  fromText,
  heard,
  issuedOr,
  MOST_REVOKED,
  news,
  passedOn,
  passedOnProof,
  toText,
} from '../../authority/apart/forms.ts'
import { addFurtherKey, enrolKey, useChipInvitation } from '../../authority/enrolment.ts'
import type { OwnAuthority } from '../../authority/own.ts'
import { renew } from '../../authority/renewal.ts'
import { revokeKey } from '../../authority/users.ts'
import { findKey } from '../../store/keys.ts'
import { revokedSince } from '../../store/revocations.ts'
import { act, actorOf, granted, refused, type ActPorts } from '../act.ts'
import type { Identity } from '../identity.ts'
import { route, type Route } from '../route.ts'
import type { Described } from '../schema.ts'

/** What is needed to certify for servers that are apart. */
export interface RelayPorts extends ActPorts {
  readonly authority: OwnAuthority
}

const messages = codec([Enrol, EnrolChip, AddKey, Prove])
const answers = codec([Issued])
const PERMISSION = 'keys.certify'

/** What servers ask their authority: each passes on what its terminals have sent. */
export function relayRoutes({ authority, ...ports }: RelayPorts): readonly Route[] {
  const { ports: own } = authority
  const { certifier } = own
  return [
    route({
      id: 'passEnrolment',
      method: 'POST',
      path: '/relay/enrol',
      about:
        'A terminal’s enrolment of a key, as it came (`signin.enrol`), and where it is. `issued` is for that terminal: who invited it has made it, and nobody between can alter it.',
      access: PERMISSION,
      body: passedOn,
      answer: issuedOr,
      async handle({ body: { place, message } }) {
        const enrolled = await enrolKey(own, placeOf(place), read('signin.enrol', message))
        if (!enrolled.ok) return { refused: enrolled.code }
        return { issued: written(enrolled.value.issued), by: enrolled.value.by }
      },
    }),
    route({
      id: 'passChip',
      method: 'POST',
      path: '/relay/chip',
      about:
        'A terminal’s enrolment of its chip (`signin.enrol-chip`). `key` is what the chip proves itself by at that server.',
      access: PERMISSION,
      body: passedOn,
      answer: chipOr,
      async handle({ body: { place, message } }) {
        const sent = read('signin.enrol-chip', message)
        const used = await useChipInvitation(own, placeOf(place), sent, async () => undefined)
        if (!used.ok) return { refused: used.code }
        using key = used.value.key
        return { user: used.value.user, key: toText(key.expose()) }
      },
    }),
    route({
      id: 'passFurtherKey',
      method: 'POST',
      path: '/relay/add',
      about:
        'A user’s further key (`signin.add`), with the challenge that the server gave. Both keys have signed; who asks again gets the same.',
      access: PERMISSION,
      body: passedOnProof,
      answer: issuedOr,
      async handle({ body: { place, message, asked } }) {
        const sent = read('signin.add', message)
        const further = { asked: askedOf('add-key', sent.ref, asked), message: sent }
        return outcome(await addFurtherKey(own, placeOf(place), further, true))
      },
    }),
    route({
      id: 'passRenewal',
      method: 'POST',
      path: '/relay/renew',
      about:
        'A key’s proof that it wants new certificates (`signin.prove`). It gets those that it has, unless they are near their end.',
      access: PERMISSION,
      body: passedOnProof,
      answer: issuedOr,
      async handle({ body: { place, message, asked } }) {
        const sent = read('signin.prove', message)
        const grounds = { place: placeOf(place), ...authority.trust() }
        const proved = judge(askedOf('renew', sent.ref, asked), sent, grounds)
        if (!proved.ok) return { refused: proved.code }
        const renewed = await renew(own, proved.value.key)
        if (!renewed.ok) return { refused: renewed.code }
        const value = { ...renewed.value, issuers: authority.told(), tag: null }
        return outcome({ ok: true, value })
      },
    }),
    route({
      id: 'syncRelay',
      method: 'POST',
      path: '/relay/sync',
      about:
        'What a server and its authority tell each other: keys that were revoked there, and from `since` on here; who is trusted.',
      access: PERMISSION,
      body: news,
      answer: heard,
      async handle({ who, body: { since, revoked } }) {
        await revokeAll(ports, who!, revoked)
        if (revoked.length > 0) certifier.revoked()
        // so that there is one
        await authority.ownCertificate()
        const here = await ports.store.read((db) => revokedSince(db, since, MOST_REVOKED))
        return {
          issuers: authority.told().map(({ certificate, ...each }) => ({
            ...each,
            certificate: toText(certificate),
          })),
          revoked: here.map(({ key, ...each }) => ({ ...each, key: base64url(key) })),
        }
      },
    }),
  ]
}

/** Revokes those of these keys that are known and are not revoked yet. */
async function revokeAll(
  ports: ActPorts,
  who: Identity,
  revoked: readonly string[],
): Promise<void> {
  const { audit, clock, store } = ports
  for (const id of revoked) {
    const key = unbase64url(id)
    const kept = key && (await store.read((db) => findKey(db, key)))
    if (key === undefined || kept === undefined || kept.revoked !== null) continue
    await act(ports, {
      who,
      permission: PERMISSION,
      deed: {
        action: 'key.revoke',
        object: { kind: 'key', id },
        detail: { user: kept.user, reason: '' },
      },
      async work(db) {
        const still = await findKey(db, key)
        if (still === undefined || still.revoked !== null) return refused('ERR_KEY_REVOKED')
        const by = { actor: actorOf(who), now: clock.wall(), reason: '' }
        return granted(await revokeKey(db, audit, key, by))
      },
    })
  }
}

function read<N extends Passed['type']>(type: N, message: string): Extract<Passed, { type: N }> {
  const decoded = messages.decode(fromText(message))
  if (decoded.ok && decoded.value.type === type)
    return decoded.value as Extract<Passed, { type: N }>
  throw new HufuError('ERR_API_REQUEST', `the message is no ${type}`)
}

type Decoded = ReturnType<typeof messages.decode>
type Passed = Extract<Decoded, { readonly ok: true }>['value']

function outcome(issued: Outcome<IssuedBody>): {
  refused?: ErrorCode
  issued?: string
  by?: 'key'
} {
  return issued.ok ? { issued: written(issued.value), by: 'key' } : { refused: issued.code }
}

/** As it travels to a terminal; its number is put in by the server that the terminal is at. */
function written(issued: IssuedBody): string {
  return toText(answers.encode({ type: 'signin.issued', ref: 0, ...issued }))
}

function placeOf({ serverName, serverId, terminal }: Described<typeof passedOn>['place']): Place {
  return { serverName, serverId: unhex(serverId), terminal: unhex(terminal) }
}

/** As the server has it: that it is fresh is the server's word. */
function askedOf(
  act: OpenChallenge['act'],
  ref: number,
  { challenge, user }: Described<typeof passedOnProof>['asked'],
): OpenChallenge {
  return { ref, act, by: 'key', user, challenge: unhex(challenge), until: NEVER }
}

const NEVER = Number.MAX_SAFE_INTEGER as OpenChallenge['until']
