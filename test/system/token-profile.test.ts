import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { equal, random } from '@hufu/protocol/crypto'
import { p256 } from '@hufu/protocol/crypto/more'
import { enrolled, keyIdOf } from '@hufu/protocol/identity'
import type { Arguments } from '../../packages/cli/src/arguments.ts'
import type { HoldingPorts, MadeKey, StoredKey } from '../../packages/cli/src/keys/index.ts'
import { tokenChip } from '../../packages/cli/src/keys/pkcs11-chip.ts'
import { tokenHolding } from '../../packages/cli/src/keys/pkcs11.ts'
import type { KeyQuestions } from '../../packages/cli/src/keys/questions.ts'
import { needs } from '../support/needs.ts'
import { MODULE, PIN, softHsm, TOKEN, type SoftHsm } from '../support/softhsm.ts'

let hsm: SoftHsm
let profile: string
before(() => {
  hsm = softHsm()
  if (existsSync(MODULE)) hsm.init(TOKEN)
  delete process.env['HUFU_PIN']
})
after(() => hsm.remove())
beforeEach(() => {
  profile = mkdtempSync(join(hsm.folder, 'profile-'))
})

/** What a key's holder is given on a command line with these options, by somebody who types these PINs. */
function ports(options: Readonly<Record<string, string>>, pins: string[] = [PIN]): HoldingPorts {
  const given: Readonly<Record<string, string>> = {
    pkcs11: MODULE,
    'token-label': TOKEN,
    ...options,
  }
  const args: Partial<Arguments> = {
    has: (name) => name in given,
    one: (name) => given[name],
  }
  const questions: Partial<KeyQuestions> = {
    canAsk: true,
    hidden: async () => {
      const pin = pins.shift()
      assert.ok(pin !== undefined, 'was asked once more than it should be')
      return pin
    },
  }
  return { args: args as Arguments, questions: questions as KeyQuestions, profile, name: 'work' }
}

/** The key as its profile has it, once it has been written and read. */
function stored({ holder, held }: MadeKey): StoredKey {
  return {
    name: 'work',
    heldBy: 'token',
    user: 'alice@localhost',
    server: 'http://localhost',
    keyId: keyIdOf(holder.publicKeys),
    certificates: { signing: new Uint8Array(1), agreement: new Uint8Array(1) },
    madeUnixMs: 0,
    expiresUnixMs: 0,
    held: JSON.parse(JSON.stringify(held)) as StoredKey['held'],
  }
}

async function make(options: Readonly<Record<string, string>>): Promise<MadeKey> {
  return tokenHolding.make(ports(options))
}

/** What is noted in the profile of its token's wrong PINs, and where. */
function noted(): { readonly path: string; readonly wrong: unknown } {
  const folder = join(profile, 'tokens')
  const [name, second] = readdirSync(folder)
  assert.equal(second, undefined)
  const path = join(folder, name!)
  const { wrong } = JSON.parse(readFileSync(path, 'utf8')) as { readonly wrong: unknown }
  return { path, wrong }
}

describe('keys of a profile in a PKCS#11 token (SoftHSM)', () => {
  test('are made, kept as a place, and opened again', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const made = await make({})
    await made.holder.close()
    const key = await tokenHolding.open(stored(made), ports({}))
    assert.deepEqual(keyIdOf(key.publicKeys), keyIdOf(made.holder.publicKeys))
    const peer = p256.generate(random)
    using shared = await key.agree(peer.publicKey)
    assert.ok(equal(shared!.expose(), peer.agree(key.publicKeys.agreement)!))
    await key.close()
    // nothing of the PIN, nothing secret
    const text = JSON.stringify(made.held)
    assert.equal(text.includes(PIN), false)
    assert.deepEqual(Object.keys(made.held).toSorted(), ['agreement', 'module', 'signing', 'token'])
  })

  test('that are not enrolled leave nothing behind, but for those that were there', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const label = 'of passage'
    const made = await make({ label })
    await assert.rejects(make({ label }), { code: 'ERR_KEY_EXISTS' })
    await made.discard()
    await made.holder.close()
    await assert.rejects(make({ label, existing: '' }), { code: 'ERR_KEY_ABSENT' })
    const again = await make({ label })
    await again.holder.close()
    const existing = await make({ label, existing: '' })
    assert.equal(existing.outside, undefined)
    await existing.discard()
    await existing.holder.close()
    const still = await make({ label, existing: '' })
    await still.holder.close()
  })

  test('are chosen by the ids of their pairs', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const made = await make({ label: 'by id' })
    await made.holder.close()
    const idIn = (use: string): string => {
      const { id } = made.held[use] as { readonly id: string }
      return Buffer.from(id, 'base64url').toString('hex')
    }
    const ids = { 'signing-id': idIn('signing'), 'agreement-id': idIn('agreement') }
    const found = await make({ ...ids, existing: '' })
    await found.holder.close()
    assert.deepEqual(found.held, made.held)
    const none = { ...ids, 'signing-id': 'xyz' }
    await assert.rejects(make({ ...none, existing: '' }), { code: 'ERR_USAGE' })
  })

  test('take new certificates in, by whatever speaks for them', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    const { holder, discard } = await make({ label: 'renewed' })
    const none = { signing: new Uint8Array(1), agreement: new Uint8Array(1) }
    const key = enrolled(holder, 'alice@localhost', none)
    // no certificate: refused by what reads it, so that it did get there
    await assert.rejects(tokenHolding.certified!(key, 'alice@localhost', none), {
      code: 'ERR_CRYPTO_INPUT',
    })
    await discard()
    await holder.close()
  })

  test('ask for the PIN once more after a wrong one, and no third time', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const made = await tokenHolding.make(ports({ label: 'typed' }, ['000000', PIN]))
    await made.holder.close()
    assert.equal(noted().wrong, 0)
    const key = stored(made)
    const wrong = { code: 'ERR_HSM_PIN' }
    await assert.rejects(tokenHolding.open(key, ports({}, ['000000', '000001'])), wrong)
    assert.equal(noted().wrong, 2)
    const untried = { ...wrong, message: /^not tried/ }
    await assert.rejects(tokenHolding.open(key, ports({}, [PIN])), untried)
    // its owner takes the note away
    rmSync(noted().path)
    await assert.rejects(tokenHolding.open(key, ports({}, [PIN])), untried)
    if (!needs(t, 'opensc')) return
    hsm.tool(['--list-objects'])
    const open = await tokenHolding.open(key, ports({}, [PIN]))
    await open.close()
  })

  test('are not touched where the notes are damaged', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const made = await tokenHolding.make(ports({ label: 'noted' }))
    await made.holder.close()
    await assert.rejects(tokenHolding.open(stored(made), ports({}, ['000000', '000000'])), {
      code: 'ERR_HSM_PIN',
    })
    writeFileSync(noted().path, '{}')
    await assert.rejects(tokenHolding.open(stored(made), ports({})), { code: 'ERR_PROFILE' })
    if (needs(t, 'opensc')) hsm.tool(['--list-objects'])
  })

  test('need a token that is named', async () => {
    const nameless = ports({})
    const args: Partial<Arguments> = { one: () => undefined, has: () => false }
    await assert.rejects(tokenHolding.make({ ...nameless, args: args as Arguments }), {
      code: 'ERR_USAGE',
    })
  })
})

describe("a terminal's chip in a PKCS#11 token (SoftHSM)", () => {
  test('is made, kept as a place, and opened again', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const { chip, held } = await tokenChip.make(ports({}))
    const terminal = random(32)
    using key = await chip.signinKey(terminal)
    await chip.close()
    const kept = { terminal: 'work', heldBy: 'token', server: '', user: '', held } as const
    const again = await tokenChip.open(kept, ports({}))
    using same = await again.signinKey(terminal)
    assert.deepEqual(same.expose(), key.expose())
    await again.close()
    const existing = await tokenChip.make(ports({ existing: '' }))
    assert.deepEqual(existing.held, held)
    await existing.chip.close()
    await assert.rejects(tokenChip.make(ports({})), { code: 'ERR_KEY_EXISTS' })
  })
})
