import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { HufuError } from '@hufu/protocol/wire'
import { integrityOf, readBundle, writeBundle } from './bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'hufu-web-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const PAGE = '<meta name="hufu-server" content="" /><script src="a.js"></script>'

/** A built app as Vite and its plugin leave it. */
function built(): string {
  const dist = mkdtempSync(join(folder, 'dist-'))
  const files: Record<string, string> = { 'index.html': PAGE, 'a.js': 'go()' }
  files['sw.js'] =
    `const HUFU_FILES={"index.html":"${integrityOf(Buffer.from(PAGE))}"},HUFU_VERSION="0123abcd";`
  for (const [path, content] of Object.entries(files)) writeFileSync(join(dist, path), content)
  const list = Object.entries(files).map(([path, text]) => [path, integrityOf(Buffer.from(text))])
  writeFileSync(join(dist, 'integrity.json'), JSON.stringify({ files: Object.fromEntries(list) }))
  return dist
}

test('an export holds what was built, and a list that fits it', async () => {
  const bundle = await readBundle(undefined, built())
  const to = join(folder, 'plain')
  await writeBundle(bundle, to)
  assert.equal(readFileSync(join(to, 'index.html'), 'utf8'), PAGE)
  const { files } = JSON.parse(readFileSync(join(to, 'integrity.json'), 'utf8'))
  for (const [path, integrity] of Object.entries(files))
    assert.equal(integrityOf(readFileSync(join(to, path))), integrity)
  assert.deepEqual(Object.keys(files).toSorted(), ['a.js', 'index.html', 'sw.js'])
})

test('a server changes the page, the worker that keeps it, and nothing else', async () => {
  const dist = built()
  const plain = await readBundle(undefined, dist)
  const { files, list } = await readBundle('https://hufu.example', dist)
  const page = files.get('index.html')!.toString()
  assert.equal(page, PAGE.replace('content=""', 'content="https://hufu.example"'))
  const worker = files.get('sw.js')!.toString()
  assert.ok(worker.includes(integrityOf(files.get('index.html')!)))
  assert.equal(worker.includes('0123abcd'), false, 'another version')
  assert.equal(list['a.js'], plain.list['a.js'])
  for (const [path, content] of files) assert.equal(list[path], integrityOf(content))
})

test('what was touched after it was built is not exported', async () => {
  const dist = built()
  writeFileSync(join(dist, 'a.js'), 'steal()')
  await assert.rejects(
    readBundle(undefined, dist),
    (error) => error instanceof HufuError && /a\.js is not what was built/.test(error.message),
  )
})

test('an app that is not built says what to do', async () => {
  await assert.rejects(
    readBundle(undefined, join(folder, 'nowhere')),
    (error) => error instanceof HufuError && /npm start/.test(error.message),
  )
})
