import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { startApart, type Apart, type ApartOptions } from '../support/authority.ts'
import { enrolHere } from '../support/enrolled.ts'
import { hufu } from '../support/hufu.ts'
import { needs } from '../support/needs.ts'
import { freePort } from '../support/serve.ts'
import { shellsAt, type Shell } from '../support/shells.ts'
import { MODULE, PIN, softHsm, TOKEN } from '../support/softhsm.ts'

/*
 * An authority in a process of its own, a server that asks it, and `hufu` in shells. What a server can do that means ill is
 * tried in packages/server/src/authority/apart/hostile.test.ts.
 */

const run = promisify(execFile)
const PASSPHRASE = 'correct horse battery'

interface Stage extends Apart {
  shell(): Promise<Shell>
}

async function stage(t: TestContext, options: ApartOptions = {}): Promise<Stage> {
  const apart = await startApart(options)
  const shells = shellsAt(apart.relay.origin, { HUFU_KEY_PASSPHRASE: PASSPHRASE })
  t.after(async () => {
    await shells.close()
    await apart.stop()
  })
  return { ...apart, shell: shells.open }
}

/** Enrols a key at the server with an invitation of the authority. */
async function enrol({ operator, relay }: Apart, { home }: Shell, user: string): Promise<void> {
  const code = await operator.invite(user)
  await enrolHere(home, relay.origin, code, { passphrase: PASSPHRASE })
}

/** Whether `line` comes to this end, now or soon. */
async function comesTo(shell: Shell, line: string, code: string): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) if ((await shell.run(line)).code === code) return
  assert.fail(`${line} never came to ${code}`)
}

describe('an authority in a process of its own', () => {
  test('is where operators invite, for links to the server where users enrol', async (t) => {
    const port = await freePort()
    const place = `https://hufu.example:${port}`
    const s = await stage(t, { env: { HUFU_ENROL_URL: place } })
    const HUFU_TOKEN = await s.token('users.write', 'users.read', 'keys.revoke')
    const operator = shellsAt(s.authority.origin, { HUFU_TOKEN })
    t.after(operator.close)
    const desk = await operator.open()
    const invited = (await desk.run('user invite ann')).event('invited')
    assert.equal(invited['link'], `${place}/#enrol=${String(invited['code'])}`)
    const shell = await s.shell()
    const made = await shell.run('key new', { env: { HUFU_CODE: String(invited['code']) } })
    assert.equal(made.event('enrolled')['user'], 'ann@localhost')
    assert.equal((await shell.run('signin')).event('bound')['user'], 'ann@localhost')
    // revoked there, ended here
    const { keys } = (await s.operator.call('GET', '/users/ann@localhost')) as {
      keys: readonly { id: string }[]
    }
    assert.equal((await desk.run(`key revoke ${keys[0]!.id} --reason stolen`)).exit, 0)
    await comesTo(shell, 'whoami', 'ERR_SIGNIN_NONE')
    assert.equal((await shell.run('signin')).code, 'ERR_KEY_REVOKED')
  })

  test('killed: sign-ins go on, and who could not enrol does so with the same code', async (t) => {
    const s = await stage(t)
    const shell = await s.shell()
    await enrol(s, shell, 'ann')
    const code = await s.operator.invite('bob')
    await s.authority.kill()
    assert.equal((await shell.run('signin')).exit, 0)
    const other = await s.shell()
    const refused = await other.run('key new', { env: { HUFU_CODE: code } })
    assert.deepEqual([refused.code, refused.exit], ['ERR_AUTHORITY', 5])
    await s.relay.restart()
    assert.equal((await shell.run('whoami')).event('bound')['user'], 'ann@localhost')
    await s.authority.restart()
    assert.equal((await other.run('key new', { env: { HUFU_CODE: code } })).exit, 0)
    assert.equal((await other.run('signin')).event('bound')['user'], 'bob@localhost')
  })

  test('has certified a key when the server is killed: its terminal gets it all the same', async (t) => {
    let onIssued: (() => void) | undefined
    const s = await stage(t, {
      twist(octets, direction) {
        if (onIssued === undefined || direction === 'up' || !octets.includes('"issued"'))
          return octets
        onIssued()
        onIssued = undefined
        return Buffer.alloc(0)
      },
    })
    const shell = await s.shell()
    const killed = new Promise<void>((resolve, reject) => {
      onIssued = () => void s.relay.kill().then(resolve, reject)
    })
    const making = shell.run('key new', { env: { HUFU_CODE: await s.operator.invite('ann') } })
    await killed
    const { keys } = (await s.operator.call('GET', '/users/ann@localhost')) as {
      keys: readonly unknown[]
    }
    assert.equal(keys.length, 1)
    await s.relay.restart()
    const made = await making
    assert.equal(made.exit, 0, JSON.stringify(made.events))
    assert.equal((await shell.run('signin')).event('bound')['user'], 'ann@localhost')
  })

  test('has its key in a token, and OpenSSL believes what that signs', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const hsm = softHsm()
    t.after(hsm.remove)
    hsm.init(TOKEN)
    const token = {
      HUFU_PKCS11_MODULE: MODULE,
      HUFU_PKCS11_TOKEN: TOKEN,
      HUFU_PKCS11_PIN: PIN,
      HUFU_AUTHORITY_PKCS11_KEY: 'authority',
    }
    const s = await stage(t, { env: token })
    const shell = await s.shell()
    await enrol(s, shell, 'ann')
    await s.authority.restart()
    const desk = await s.shell()
    await enrol(s, desk, 'bob')
    const ca = join(hsm.folder, 'ca.pem')
    const list = join(hsm.folder, 'list.der')
    for (const [path, name] of [
      [ca, 'certificate'],
      [list, 'crl'],
    ] as const) {
      const response = await fetch(`${s.relay.origin}/authority/${name}`)
      await writeFile(path, Buffer.from(await response.arrayBuffer()))
    }
    const { stderr } = await run('openssl', ['crl', '-in', list, '-noout', '-CAfile', ca])
    assert.match(stderr, /verify OK/)
    await run('openssl', ['verify', '-CAfile', ca, ca])
    // in the token alone: without it nobody is certified
    const objects = hsm.tool(['--list-objects', '--type', 'privkey'])
    assert.match(objects, /label: +authority/)
    assert.match(objects, /never extractable/)
    await s.authority.kill()
    const bare = { ...token, HUFU_AUTHORITY_PKCS11_KEY: '' }
    const without = hufu(['authority', '--data', s.authority.data, '--listen', '127.0.0.1:0'], bare)
    assert.notEqual(await without.ended, 0)
    const error = await without.event(({ event }) => event === 'error')
    assert.equal(error['code'], 'ERR_VAULT_DAMAGED')
    assert.match(String(error['message']), /authority-pkcs11-key/)
  })
})
