import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { FORBIDDEN, inspect, LIMITS } from '../../scripts/bundle.mjs'
import { temporaryFolder } from './support/app.ts'
import { build } from './support/build.ts'

test('what a first visit loads', async (t) => {
  const folder = await temporaryFolder(t)
  await build(folder)
  const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'))
  const pair = scripts.find((name) => name.startsWith('pair-'))!

  await t.test('stays within its limits, and holds nothing that does not belong there', () => {
    const { faults, first, pair } = inspect(folder)
    assert.deepEqual(faults, [])
    assert.ok(pair > 0 && pair < first && first <= LIMITS.first)
  })

  await t.test('has nothing of X.509 in it, which is loaded where users sign in', () => {
    const { sizes } = inspect(folder)
    const ofUsers = sizes.find(({ name }) => name.startsWith('assets/signin-'))
    assert.equal(ofUsers?.first, false)
    assert.match(readFileSync(join(folder, ofUsers.name), 'utf8'), /2\.5\.29\./)
    assert.ok(sizes.filter(({ name }) => /assets\/keys-/.test(name)).every(({ first }) => !first))
  })

  await t.test('has nothing of the operator’s console in it', () => {
    const { sizes } = inspect(folder)
    const console = sizes.filter(({ name }) => name.includes('console'))
    assert.equal(console.length, 3, 'a page, a script, a style sheet')
    assert.ok(console.every(({ first }) => !first))
    const first = sizes.filter(({ name, first }) => first && /\.(?:js|css)$/.test(name))
    for (const { name } of first)
      assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /api\/v1|vault\.rotate/, name)
  })

  await t.test('is listed with the hash of every file, in the worker and for others', () => {
    const list = readFileSync(join(folder, 'integrity.json'), 'utf8')
    const { files } = JSON.parse(list) as { readonly files: Readonly<Record<string, string>> }
    const there = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'integrity.json')
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    assert.deepEqual(Object.keys(files).toSorted(), there.toSorted())
    const worker = readFileSync(join(folder, 'sw.js'), 'utf8')
    for (const [path, integrity] of Object.entries(files)) {
      const digest = createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('base64')
      assert.equal(integrity, `sha256-${digest}`, path)
      // the console is not kept for those who pair
      const isKept = path !== 'sw.js' && !path.includes('console')
      assert.equal(worker.includes(integrity), isKept, path)
    }
  })

  await t.test('is found out when something leaks into it, or it grows too large', () => {
    const path = join(folder, 'assets', pair)
    const clean = readFileSync(path)
    for (const [text] of FORBIDDEN) {
      appendFileSync(path, `/*${text}*/`)
      assert.ok(inspect(folder).faults.some((fault) => fault.includes(`"${text}"`)))
      writeFileSync(path, clean)
    }
    const noise = Array.from({ length: 6_000 }, (_, at) =>
      createHash('sha256').update(String(at)).digest('base64'),
    )
    appendFileSync(path, `/*${noise.join('')}*/`)
    assert.equal(inspect(folder).faults.length, 2)
  })
})
