import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Secret, seededRandomForTests } from '@hufu/protocol/crypto'
import type { Contact } from '@hufu/terminal'
import { profileFolder } from './folder.ts'
import { fileNameOf } from './names.ts'
import { fileProfile } from './profile.ts'

const random = seededRandomForTests(Uint8Array.of(1))

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hufu-profile-'))
  t.after(async () => rm(path, { recursive: true }))
  return join(path, 'home')
}

function someone(name: string): Contact {
  return {
    name,
    server: 'http://localhost:4680',
    terminalSeed: new Secret(random(32)),
    peerTerminal: random(32),
    meeting: random(16),
    secret: new Secret(random(32)),
    previous: new Secret(random(32)),
    addedUnixMs: 1,
    usedUnixMs: 2,
  }
}

test('a seed is made once and then stays, for each name its own', async (t) => {
  const path = await folder(t)
  const seed = await fileProfile(path).terminalSeed('workshop', random)
  assert.equal(seed.octets, 32)
  const again = await fileProfile(path).terminalSeed('workshop', random)
  assert.deepEqual(again.expose(), seed.expose())
  const other = await fileProfile(path).terminalSeed('Workshop', random)
  assert.notDeepEqual(other.expose(), seed.expose())
})

test('a contact comes back as it was saved, is replaced, listed and forgotten', async (t) => {
  const profile = fileProfile(await folder(t))
  assert.deepEqual(await profile.contacts(), [])
  const bob = someone('bob')
  await profile.saveContact(someone('Zoë / 虎'))
  await profile.saveContact(someone('bob'))
  await profile.saveContact({ ...bob, previous: undefined })
  const back = await profile.contact('bob')
  assert.deepEqual(back?.secret.expose(), bob.secret.expose())
  assert.deepEqual(back?.terminalSeed.expose(), bob.terminalSeed.expose())
  assert.deepEqual(back?.meeting, bob.meeting)
  assert.equal(back?.previous, undefined)
  assert.deepEqual(
    (await profile.contacts()).map(({ name }) => name),
    ['Zoë / 虎', 'bob'],
  )
  assert.equal(await profile.forgetContact('bob'), true)
  assert.equal(await profile.forgetContact('bob'), false)
  assert.equal(await profile.contact('bob'), undefined)
})

test('a contact is renamed whole, and never onto another', async (t) => {
  const profile = fileProfile(await folder(t))
  const bob = someone('bob')
  const secret = bob.secret.expose().slice()
  await profile.saveContact(bob)
  await profile.saveContact(someone('eve'))
  await assert.rejects(profile.renameContact('bob', 'eve'), { code: 'ERR_CONTACT_EXISTS' })
  await assert.rejects(profile.renameContact('nobody', 'x'), { code: 'ERR_CONTACT_UNKNOWN' })
  await profile.renameContact('bob', 'Bob')
  assert.equal(await profile.contact('bob'), undefined)
  assert.deepEqual((await profile.contact('Bob'))?.secret.expose(), secret)
})

test('folders are 0700 and files 0600', async (t) => {
  const path = await folder(t)
  const profile = fileProfile(path)
  await profile.saveContact(someone('bob'))
  await profile.countGuess('k', 1, 1)
  const modes = await Promise.all(
    ['.', 'contacts', 'contacts/bob.json', 'guesses.json'].map(
      async (name) => (await stat(join(path, name))).mode & 0o777,
    ),
  )
  assert.deepEqual(modes, [0o700, 0o700, 0o600, 0o600])
  assert.deepEqual((await readdir(path)).toSorted(), ['contacts', 'guesses.json', 'terminals'])
})

test('a damaged file is named, and never replaced', async (t) => {
  const path = await folder(t)
  const profile = fileProfile(path)
  await profile.saveContact(someone('bob'))
  const file = join(path, 'contacts', 'bob.json')
  const whole = await readFile(file, 'utf8')
  for (const text of ['', '{', '[]', '{}', whole.slice(0, -40), whole.replace('"bob"', '"eve"')]) {
    await writeFile(file, text)
    const damaged = { code: 'ERR_PROFILE', message: new RegExp(file) }
    await assert.rejects(profile.contact('bob'), damaged)
    await assert.rejects(profile.saveContact(someone('bob')), damaged)
    assert.equal(await readFile(file, 'utf8'), text)
  }
  await writeFile(join(path, 'guesses.json'), '{"version":1,"guesses":[["k",[null]]]}')
  await assert.rejects(profile.countGuess('k', 1, 1), { code: 'ERR_PROFILE' })
})

test('a folder that cannot be made is ERR_PROFILE', async (t) => {
  const path = await folder(t)
  await writeFile(path, '')
  await assert.rejects(fileProfile(path).saveContact(someone('bob')), { code: 'ERR_PROFILE' })
})

test('guesses are counted within their window, forgiven one by one, and kept by key', async (t) => {
  const path = await folder(t)
  const profile = fileProfile(path)
  const day = 86_400_000
  assert.equal(await profile.countGuess('a', day, day), 1)
  assert.equal(await profile.countGuess('a', day + 1, day), 2)
  assert.equal(await profile.countGuess('__proto__', day, day), 1)
  assert.equal(await profile.countGuess('__proto__', day, day), 2)
  await profile.forgiveGuess('a')
  assert.equal(await fileProfile(path).countGuess('a', day + 2, day), 2)
  assert.equal(await profile.countGuess('a', 2 * day + 1, day), 2)
  assert.equal(await profile.countGuess('a', 0, day), 4, 'a clock set back forgives nothing')
  await profile.forgiveGuess('nobody')
})

test('processes that count at the same time lose nothing', async (t) => {
  const path = await folder(t)
  const program = `
    import { fileProfile } from ${JSON.stringify(new URL('profile.ts', import.meta.url).href)}
    for (let i = 0; i < 10; i++) await fileProfile(process.argv[1]).countGuess('k', 1, 10)`
  const workers = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', program, path], { stdio: 'inherit' }),
  )
  for (const ended of await Promise.all(workers.map(async (worker) => once(worker, 'exit'))))
    assert.deepEqual(ended, [0, null])
  assert.equal(await fileProfile(path).countGuess('k', 1, 10), 31)
})

test('a lock whose process is gone is taken over', async (t) => {
  const path = await folder(t)
  const profile = fileProfile(path)
  await profile.countGuess('k', 1, 10)
  const gone = spawn(process.execPath, ['-e', ''])
  await once(gone, 'exit')
  await writeFile(join(path, 'lock'), `${gone.pid} 00`)
  assert.equal(await profile.countGuess('k', 1, 10), 2)
  assert.deepEqual((await readdir(path)).toSorted(), ['contacts', 'guesses.json', 'terminals'])
})

test('names become file names that differ, are safe, and not too long', () => {
  const names = [
    'a',
    'A',
    'a/b',
    '..',
    '.',
    'con',
    'ü',
    'u',
    '虎'.repeat(64),
    `${'虎'.repeat(63)}符`,
    '%41',
    'a.json',
  ]
  const encoded = names.map(fileNameOf)
  assert.equal(new Set(encoded.map((name) => name.toLowerCase())).size, names.length)
  for (const name of encoded) assert.match(name, /^[a-z0-9_%~-]{1,160}$/)
  assert.equal(fileNameOf('workshop-2_b'), 'workshop-2_b')
  assert.notEqual(fileNameOf('con'), 'con')
})

test('the folder is HUFU_HOME, or stands among the user’s data', () => {
  assert.equal(profileFolder({ HUFU_HOME: '/x/y' }), '/x/y')
  assert.equal(profileFolder({ XDG_DATA_HOME: '/data' }), '/data/hufu')
  assert.match(profileFolder({ XDG_DATA_HOME: 'relative' }), /\/\.local\/share\/hufu$/)
  assert.match(profileFolder({ HUFU_HOME: '' }), /\/\.local\/share\/hufu$/)
})
