import { equal, hex, Secret } from '@hufu/protocol/crypto'
import { namespaceOf, readIssuer, type PublicKeys, type VerifiedKey } from '@hufu/protocol/identity'
import {
  AddKey,
  checkIssued,
  Enrol,
  EnrolChip,
  Issued,
  Prove,
  type NewKey,
  type OpenChallenge,
  type Place,
} from '@hufu/protocol/signin'
import {
  codec,
  ERRORS,
  failed,
  HufuError,
  type ErrorCode,
  type MessageOf,
  type Outcome,
} from '@hufu/protocol/wire'
import type { Logger } from 'pino'
import type { Described } from '../../admin/schema.ts'
import type { Config } from '../../config.ts'
import { putChip } from '../../store/chips.ts'
import type { Ending } from '../../store/endings.ts'
import { addCertificates, findKey, renewKey, touchKey } from '../../store/keys.ts'
import { addUser, findUser } from '../../store/users.ts'
import type { Authority, IssuedBody } from '../authority.ts'
import { chipEntry } from '../enrolment.ts'
import { loadIssuers } from '../issuers.ts'
import { keptFor } from '../kept-for.ts'
import { renewalEntry, isNearEnd } from '../renewal.ts'
import { standingOf } from '../standing.ts'
import { chipPlace } from '../users.ts'
import { chipOr, fromText, issuedOr, passedOn, passedOnProof, toText } from './forms.ts'
import type { AuthorityLink, Operation } from './link.ts'
import { certificateRows, recordKey, type GrantedKey, type RecordPorts } from './record.ts'
import { syncWith } from './sync.ts'

/** What it needs of the house. */
export interface ApartPorts extends RecordPorts {
  readonly config: Pick<Config, 'namespace' | 'authorityCheckMs' | 'certificateLifetimeMs'>
  readonly link: AuthorityLink
  readonly logger: Logger
  /** Has terminals told that sign-ins were ended. */
  readonly tell: (endings: readonly Ending[]) => void
  readonly failed: (error: unknown) => void
}

const passed = codec([Enrol, EnrolChip, AddKey, Prove])
const answers = codec([Issued])
/** Milliseconds for which a revocation list is handed out again. */
const LIST_KEPT_MS = 60_000
/** Codes that an authority may answer with. What else it says is its own trouble, and no terminal's. */
const OF_CEREMONY = /^ERR_(?:ENROL|KEY|CERT|USER|SIGNIN)_/

/**
 * The authority as a server has it that does not hold its keys: it asks, checks what it is told against the issuers that it
 * trusts, and records it.
 */
export async function authorityApart(ports: ApartPorts): Promise<Authority> {
  const { audit, clock, config, link, logger, store, vault } = ports
  const issuers = await loadIssuers(store, clock)
  let away = false
  const noted = (error?: unknown): void => {
    if (error !== undefined && !isAway(error)) return ports.failed(error)
    const now = error !== undefined
    if (now && !away) logger.warn({ err: error }, 'the authority cannot be asked; sign-ins go on')
    if (!now && away) logger.info('the authority can be asked again')
    away = now
  }
  const sync = syncWith({ ...ports, changed: issuers.reload, done: noted })
  const list = keptFor(LIST_KEPT_MS, clock, () => link.revocationList())

  const ask = async <S extends typeof issuedOr | typeof chipOr>(
    operation: Operation,
    body: object,
    answer: S,
  ): Promise<Outcome<Described<S>>> => {
    try {
      const answered = (await link.ask<unknown>(operation, body, answer)) as Described<S>
      noted()
      return answered.refused === undefined
        ? { ok: true, value: answered }
        : failed(ceremonyCode(answered.refused))
    } catch (error) {
      noted(error)
      return failed('ERR_AUTHORITY')
    }
  }

  /** What came back, if it is what was asked for and somebody whom we trust has made it. */
  const checked = async (
    { issued }: Described<typeof issuedOr>,
    own: { readonly publicKeys: PublicKeys; readonly user?: string },
  ): Promise<{ readonly issued: IssuedBody; readonly key: VerifiedKey } | undefined> => {
    const read = issued === undefined ? undefined : answers.decode(fromText(issued))
    if (read?.ok !== true) return undefined
    const { user, certificates, issuers: told, tag } = read.value
    const expected = { publicKeys: own.publicKeys, user: own.user ?? user }
    const check = (): Outcome<VerifiedKey> =>
      checkIssued(expected, { user, certificates }, issuers.trust().issuers, clock.wall())
    let key = check()
    if (!key.ok) {
      // it may trust somebody since we last asked
      await sync.now().catch(noted)
      key = check()
    }
    if (key.ok && told.every(({ certificate }) => readIssuer(certificate).ok))
      return { issued: { user, certificates, issuers: told, tag }, key: key.value }
    logger.error({ code: key.ok ? undefined : key.code }, 'the authority has certified amiss')
    return undefined
  }

  const granted = async (
    answered: Outcome<Described<typeof issuedOr>>,
    fresh: NewKey,
    { user, by }: { readonly user?: string; readonly by: GrantedKey['by'] },
  ): Promise<Outcome<IssuedBody>> => {
    if (!answered.ok) return answered
    const { algorithm, signing, agreement } = fresh
    const own = {
      publicKeys: { algorithm, signing, agreement },
      ...(user === undefined ? {} : { user }),
    }
    const good = await checked(answered.value, own)
    if (good === undefined || good.key.kind !== fresh.kind) return failed('ERR_AUTHORITY')
    const { issued, key } = good
    const how = by === 'key' ? 'key' : (answered.value.by ?? by)
    const fault = await recordKey(ports, {
      fresh,
      key,
      by: how,
      issuers: issuers.trust().issuers,
    })
    return fault === undefined ? { ok: true, value: issued } : failed(fault)
  }

  return {
    apart: link.url,
    namespace: config.namespace,
    told: issuers.told,
    trust: issuers.trust,
    faultOf: (user) => (issuers.certifies(namespaceOf(user)) ? undefined : 'ERR_CERT_NAMESPACE'),
    async enrol(place, message) {
      const answered = await ask('enrol', passing(place, message), issuedOr)
      return granted(answered, message.fresh, { by: 'invitation' })
    },
    async enrolChip(place, message) {
      const answered = await ask('chip', passing(place, message), chipOr)
      if (!answered.ok) return answered
      const { user, key } = answered.value
      if (user === undefined || key === undefined) return failed('ERR_AUTHORITY')
      using secret = new Secret(fromText(key))
      const { terminal } = place
      const fault = await store.write('durable', async (db): Promise<ErrorCode | undefined> => {
        const suspended = (await findUser(db, user))?.state === 'suspended'
        const fault = suspended ? 'ERR_USER_SUSPENDED' : undefined
        await audit.record(db, chipEntry(terminal, user, fault ?? 'done'))
        if (fault !== undefined) return fault
        const now = clock.wall()
        await addUser(db, user, now)
        await putChip(db, terminal, user, now)
        await vault.put(db, chipPlace(terminal), secret)
        return undefined
      })
      return fault === undefined ? { ok: true, value: undefined } : failed(fault)
    },
    async addKey(place, { asked, message }) {
      const { user } = message
      const answered = await ask('add', { ...passing(place, message), ...byKey(asked) }, issuedOr)
      return granted(answered, message.fresh, { user, by: 'key' })
    },
    async renew(place, key, { asked, message }) {
      const { keyId, publicKeys, user } = key
      const standing = await store.read((db) => standingOf(db, key))
      if (!standing.ok) return standing
      if (standing.value.kind === 'outside') return failed('ERR_CERT_ISSUER')
      const kept = await store.read((db) => findKey(db, keyId))
      if (kept && !isNearEnd(kept.expires, clock.wall(), config.certificateLifetimeMs))
        return { ok: true, value: { user, certificates: kept.certificates } }
      const answered = await ask('renew', { ...passing(place, message), ...byKey(asked) }, issuedOr)
      if (!answered.ok) return answered
      const good = await checked(answered.value, { publicKeys, user })
      if (good === undefined) return failed('ERR_AUTHORITY')
      const { certificates, expires } = good.key
      const renewed = { user, certificates }
      if (kept !== undefined && equal(kept.certificates.signing, certificates.signing))
        return { ok: true, value: renewed }
      return store.write('durable', async (db) => {
        const still = await standingOf(db, key)
        await audit.record(db, renewalEntry(key, still.ok ? 'done' : still.code))
        if (!still.ok) return still
        await renewKey(db, keyId, { certificates, expires })
        await addCertificates(db, certificateRows(good.key, issuers.trust().issuers))
        await touchKey(db, keyId, clock.wall())
        return { ok: true, value: renewed }
      })
    },
    reload: issuers.reload,
    async ownCertificate() {
      const own = issuers
        .told()
        .find(({ namespaces, ours }) => ours && namespaces.includes(config.namespace))
      if (own === undefined) throw new HufuError('ERR_AUTHORITY', 'it has not been met yet')
      return own.certificate
    },
    revocationList: list.get,
    revoked() {
      list.drop()
      void sync.now().then(() => noted(), noted)
    },
    async close() {
      link.close()
      await sync.stop()
    },
  }
}

type Passed = MessageOf<typeof Enrol | typeof EnrolChip | typeof AddKey | typeof Prove>

function passing(place: Place, message: Passed): Described<typeof passedOn> {
  const { serverName, serverId, terminal } = place
  return {
    place: { serverName, serverId: hex(serverId), terminal: hex(terminal) },
    message: toText(passed.encode(message)),
  }
}

function byKey({ challenge, user }: OpenChallenge): Pick<Described<typeof passedOnProof>, 'asked'> {
  return { asked: { challenge: hex(challenge), user } }
}

function ceremonyCode(code: string): ErrorCode {
  return OF_CEREMONY.test(code) && Object.hasOwn(ERRORS, code)
    ? (code as ErrorCode)
    : 'ERR_AUTHORITY'
}

function isAway(error: unknown): boolean {
  return error instanceof HufuError && error.code === 'ERR_AUTHORITY'
}
