import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { random } from '@hufu/protocol/crypto'
import { keysOf, type StoredKey } from '../keys/index.ts'
import { filePins } from './pins.ts'
import { issuersFile } from './issuers.ts'
import { placesFile } from './places.ts'
import { fieldsOf, shelf, type Shelf } from './shelf.ts'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hufu-shelf-'))
  t.after(async () => rm(path, { recursive: true, force: true }))
  return path
}

interface Thing {
  readonly weight: number
}

function things(profile: string): Shelf<Thing> {
  return shelf(
    profile,
    'things',
    (object, path) => ({ weight: fieldsOf(object, path).number('weight') }),
    (thing) => thing,
  )
}

test('keeps, replaces, changes, lists and removes', async (t) => {
  const shelf = things(await folder(t))
  assert.deepEqual(await shelf.all(), [])
  assert.equal(await shelf.read('a/../b'), undefined)
  assert.equal(await shelf.remove('a/../b'), false)
  await shelf.save('a/../b', { weight: 1 })
  await shelf.save('B', { weight: 2 })
  await shelf.save('b', { weight: 3 })
  await shelf.change('B', (present) => ({ weight: present!.weight * 10 }))
  assert.deepEqual(await shelf.read('a/../b'), { weight: 1 })
  assert.deepEqual(await shelf.read('B'), { weight: 20 })
  assert.equal((await shelf.all()).length, 3)
  assert.equal(await shelf.remove('B'), true)
  assert.equal(await shelf.read('B'), undefined)
  assert.deepEqual(await shelf.read('b'), { weight: 3 })
})

test('nobody else may look into it', async (t) => {
  const profile = await folder(t)
  await chmod(profile, 0o755)
  await things(profile).save('a', { weight: 1 })
  const place = join(profile, 'things')
  assert.equal((await stat(place)).mode & 0o777, 0o700)
  for (const file of await readdir(place))
    assert.equal((await stat(join(place, file))).mode & 0o777, 0o600)
})

test('changes that come together are all made', async (t) => {
  const profile = await folder(t)
  const one = (): Promise<void> =>
    things(profile).change('a', (present) => ({ weight: (present?.weight ?? 0) + 1 }))
  await Promise.all(Array.from({ length: 10 }, one))
  assert.deepEqual(await things(profile).read('a'), { weight: 10 })
})

test('a damaged file, one of another name, one of another version: named, and left as it is', async (t) => {
  const profile = await folder(t)
  const shelf = things(profile)
  await shelf.save('a', { weight: 1 })
  await shelf.save('b', { weight: 1 })
  const path = join(profile, 'things', 'a.json')
  const b = await readFile(join(profile, 'things', 'b.json'), 'utf8')
  for (const text of ['', '{', '[]', 'null', '{"version":1,"name":"a"}', '{"version":2}', b]) {
    await writeFile(path, text)
    await assert.rejects(shelf.read('a'), { code: 'ERR_PROFILE' }, text)
    await assert.rejects(shelf.save('a', { weight: 2 }), { code: 'ERR_PROFILE' }, text)
    assert.equal(await readFile(path, 'utf8'), text)
  }
})

test('pins: the keys of a user in the order in which they were met', async (t) => {
  const pins = filePins(await folder(t))
  const [one, other] = [random(32), random(32)]
  assert.deepEqual(await pins.of('ann@x'), [])
  await pins.keep('ann@x', { keyId: one, kind: 'token' }, 1)
  await pins.keep('ann@x', { keyId: other, kind: 'passkey' }, 2)
  await pins.keep('ann@x', { keyId: one, kind: 'token' }, 3)
  const kept = [
    { keyId: one, kind: 'token', metUnixMs: 1, usedUnixMs: 3 },
    { keyId: other, kind: 'passkey', metUnixMs: 2, usedUnixMs: 2 },
  ]
  assert.deepEqual(await pins.of('ann@x'), kept)
  assert.deepEqual(await pins.all(), [{ user: 'ann@x', keys: kept }])
  assert.equal(await pins.forget('ann@x'), true)
  assert.deepEqual(await pins.of('ann@x'), [])
})

const KEY: StoredKey = {
  name: 'mine',
  heldBy: 'software',
  user: 'ann@x',
  server: 'http://h',
  keyId: random(32),
  certificates: { signing: random(50), agreement: random(60) },
  madeUnixMs: 1,
  expiresUnixMs: 2,
  held: { sum: 'x' },
}

test('keys come back as they were, and a damaged one is a damaged key', async (t) => {
  const profile = await folder(t)
  const keys = keysOf(profile)
  await keys.save('mine', KEY)
  assert.deepEqual(await keys.read('mine'), KEY)
  const path = join(profile, 'keys', 'mine.json')
  const object = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  for (const field of Object.keys(object).filter((name) => name !== 'version' && name !== 'name')) {
    await writeFile(path, JSON.stringify({ ...object, [field]: undefined }))
    await assert.rejects(keys.read('mine'), { code: 'ERR_KEY_FILE' }, field)
  }
  await writeFile(path, JSON.stringify({ ...object, heldBy: 'a friend' }))
  await assert.rejects(keys.read('mine'), { code: 'ERR_KEY_FILE' })
})

test('places and issuers: nothing before anything is kept, and damage is told', async (t) => {
  const profile = await folder(t)
  const [places, issuers] = [placesFile(profile), issuersFile(profile)]
  const server = 'https://hufu.example'
  assert.equal(await places.read(server), undefined)
  assert.deepEqual(await issuers.of(server), [])
  const place = {
    server,
    terminal: 'shell',
    user: 'ann@x',
    key: null,
    sinceUnixMs: 1,
    expiresUnixMs: 2,
    stayedBy: null,
  }
  await places.save(server, place)
  assert.deepEqual(await places.read(server), place)
  await issuers.keep(server, [])
  const [file] = await readdir(join(profile, 'issuers'))
  const path = join(profile, 'issuers', file!)
  const wrong = { certificate: 'AAAA', namespaces: ['x'], ours: true }
  await writeFile(path, JSON.stringify({ version: 1, name: server, issuers: [wrong] }))
  await assert.rejects(issuers.of(server), { code: 'ERR_PROFILE' })
})
