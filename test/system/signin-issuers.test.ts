import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { random } from '@hufu/protocol/crypto'
import { enrolled, type KeyHolder } from '@hufu/protocol/identity'
import { enrol, invitationKeys } from '@hufu/protocol/signin'
import {
  issuerCertificate,
  testIssuer,
  testKey,
  type CertificatePlan,
} from '../../packages/protocol/src/testing/certificates.testing.ts'
import { softwareKeyOf, tokenKeyOf } from '../../packages/protocol/src/testing/signin.testing.ts'
import type { ServerMessage } from '../../packages/server/src/messages.ts'
import {
  codeOf,
  enrolKey,
  placeAt,
  proveAt,
  signIn,
  softwareHolder,
  testHouse,
  type TestHouse,
} from '../../packages/server/src/signin.testing.ts'
import type { TestTerminal } from '../../packages/server/src/terminal.testing.ts'

let house: TestHouse
const later: (() => unknown)[] = []
before(async () => {
  const t = { after: (act: () => unknown) => void later.push(act) } as unknown as TestContext
  const roomy = { enrolmentsPerSource: 1_000, signinsPerSecond: 10_000 }
  house = await testHouse(t, { ...roomy, namespace: 'hufu.example' })
})
after(async () => {
  for (const act of later) await act()
})

describe('an authority from outside', () => {
  const corp = testIssuer('corp')
  const stranger = testIssuer('stranger')
  const DAY = 86_400_000
  const emails = ['eve@corp.example']
  const plan = (): Partial<CertificatePlan> => {
    const now = house.clock.wall()
    return { emails, kind: null, from: now - DAY, to: now + DAY }
  }
  const trust = async (namespaces: readonly string[]): Promise<string> => {
    const now = house.clock.wall()
    const der = issuerCertificate(corp, { from: now - DAY, to: now + 100 * DAY })
    const base64 = Buffer.from(der).toString('base64')
    const certificate = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`
    const added = await house.api('POST /issuers', { certificate, namespaces })
    assert.equal(added.code, undefined, JSON.stringify(added))
    return String(added['id'])
  }
  const outside = (name: string, issuer = corp, more: Partial<CertificatePlan> = {}) => {
    const made = testKey(issuer, name, { algorithm: 'p256', ...plan(), ...more })
    return tokenKeyOf(made, emails[0])
  }

  test('speaks for its own namespace: enrolled by its certificates, and signs in', async () => {
    const id = await trust(['corp.example'])
    const terminal = await house.terminal()
    const key = outside('eve one')
    const code = await house.invite('eve@corp.example')
    const made = await enrolKey(house, terminal, code, { holder: key, outside: key.certificates })
    assert.deepEqual(made.certificates, key.certificates)
    const bound = await signIn(house, terminal, made)
    assert.deepEqual([bound.user, bound.renew], ['eve@corp.example', false])
    assert.equal(codeOf(await proveAt(house, terminal, made, { act: 'renew' })), 'ERR_CERT_ISSUER')
    const unknown = outside('eve two')
    assert.equal(await tried(terminal, unknown), 'ERR_KEY_UNKNOWN')
    // our own authority certifies nobody there
    assert.equal(
      await refusal(terminal, await house.invite('eve@corp.example')),
      'ERR_CERT_NAMESPACE',
    )
    await house.api(`DELETE /issuers/${id}`)
    assert.equal(await tried(terminal, made), 'ERR_CERT_ISSUER')
    assert.equal((await house.api(`DELETE /issuers/${id}`)).code, 'ERR_CERT_ISSUER')
  })

  test('is refused for what its certificates are not', async () => {
    await trust(['corp.example'])
    const terminal = await house.terminal()
    const now = house.clock.wall()
    for (const [key, code] of [
      [outside('by a stranger', stranger), 'ERR_CERT_ISSUER'],
      [outside('expired', corp, { to: now - 2_000 }), 'ERR_CERT_EXPIRED'],
      [outside('not yet', corp, { from: now + DAY / 2 }), 'ERR_CERT_NOT_YET'],
      [outside('of nobody', corp, { emails: [] }), 'ERR_CERT_USER'],
      [outside('of ours', corp, { emails: ['eve@hufu.example'] }), 'ERR_CERT_NAMESPACE'],
    ] as const) {
      assert.equal(await tried(terminal, key), code, code)
      const holder = { ...key }
      const invited = await house.invite('eve@corp.example')
      const extras = { outside: key.certificates }
      assert.equal(await refusal(terminal, invited, holder, extras), code, code)
      await house.api('DELETE /users/eve@corp.example/invitations')
    }
    const good = outside('good')
    const swapped = { signing: good.certificates.agreement, agreement: good.certificates.signing }
    assert.equal(await tried(terminal, { ...good, certificates: swapped }), 'ERR_CERT_USAGE')
  })

  test('never owns our namespace, nor is anything but an authority one', async () => {
    const now = house.clock.wall()
    const add = async (der: Uint8Array, namespaces: readonly string[]): Promise<unknown> => {
      const base64 = Buffer.from(der).toString('base64')
      const certificate = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`
      return (await house.api('POST /issuers', { certificate, namespaces })).code
    }
    const der = issuerCertificate(corp, { from: now - DAY, to: now + DAY })
    assert.equal(await add(der, ['hufu.example']), 'ERR_CERT_NAMESPACE')
    assert.equal(await add(der, []), 'ERR_CERT_NAMESPACE')
    const leaf = softwareKeyOf(testKey(corp, 'leaf', plan())).certificates.signing
    assert.equal(await add(leaf, ['corp.example']), 'ERR_CERT_USAGE')
    assert.equal(await add(random(100), ['corp.example']), 'ERR_CERT_MALFORMED')
  })
})

/** The code that an enrolment is refused with. */
async function refusal(
  terminal: TestTerminal,
  code: string,
  holder: KeyHolder = softwareHolder(),
  extras: Partial<Parameters<typeof enrol>[2]> = {},
): Promise<string> {
  const what = { ...extras, ref: 1, place: placeAt(house, terminal) }
  const { message } = await enrol(holder, invitationKeys(code), what, random)
  terminal.send(message)
  return codeOf((await terminal.any()) as ServerMessage)
}

async function tried(terminal: TestTerminal, key: Parameters<typeof signIn>[2]): Promise<string> {
  const one = enrolled(key, key.user, key.certificates)
  return codeOf(await proveAt(house, terminal, one, { act: 'sign-in' }))
}
