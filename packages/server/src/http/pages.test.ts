import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { testFolder, testServer } from '../server.testing.ts'
import { isFresh, preferred, type Encoding, type Variant } from './encoding.ts'
import { pagesOf } from './pages.ts'

const SCRIPT = 'export const words = "tango orbit lilac"\n'.repeat(50)
const DECODE: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (body) => body,
}

function webFolder(): string {
  const web = testFolder()
  mkdirSync(join(web, 'assets'))
  writeFileSync(join(web, 'index.html'), '<title>hufu</title>')
  writeFileSync(join(web, 'icon.png'), SCRIPT)
  writeFileSync(join(web, 'assets', 'index-Ab3dE_9x.js'), SCRIPT)
  return web
}

test('what shrinks is kept in every encoding that makes it smaller, smallest first', async () => {
  const pages = pagesOf(webFolder())
  const codings = async (path: string): Promise<readonly Encoding[]> => {
    const page = pages.get(path)!
    await page.complete
    const sizes = page.variants().map(({ body }) => body.length)
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => a - b),
    )
    for (const { encoding, body } of page.variants())
      assert.deepEqual(DECODE[encoding]!(body), page.variants().at(-1)!.body)
    const etags = new Set(page.variants().map(({ etag }) => etag))
    assert.equal(etags.size, page.variants().length)
    return page.variants().map(({ encoding }) => encoding)
  }
  assert.deepEqual(await codings('/assets/index-Ab3dE_9x.js'), ['br', 'gzip', 'identity'])
  assert.deepEqual(await codings('/icon.png'), ['identity'])
  assert.equal((await codings('/')).includes('gzip'), false, 'its head alone is longer')
})

test('the console is a page of its own, where a folder has one', async (t) => {
  const web = webFolder()
  const plain = await testServer(t, { web })
  assert.equal((await get(`${plain.url}/console`, {})).status, 404)
  writeFileSync(join(web, 'console.html'), '<title>hufu console</title>')
  const server = await testServer(t, { web })
  const { status, headers, body } = await get(`${server.url}/console`, {})
  assert.deepEqual([status, body.toString()], [200, '<title>hufu console</title>'])
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  assert.match(headers['content-security-policy'] as string, /default-src 'none'/)
  const slash = await get(`${server.url}/console/`, {})
  assert.deepEqual([slash.status, slash.headers.location], [308, '../console'])
})

test('gzip is there at once', () => {
  const [first] = pagesOf(webFolder()).get('/assets/index-Ab3dE_9x.js')!.variants()
  assert.equal(first.encoding, 'gzip')
})

test('a request gets the encoding with the greatest weight', () => {
  const all = (['br', 'gzip'] as const).map(variant)
  const cases: readonly [header: string | undefined, chosen: Encoding][] = [
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP;Q=0.5', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br ; q = 0.5 , gzip', 'gzip'],
    ['br;q=0, gzip;q=0.001', 'gzip'],
    ['identity, br;q=0.9', 'identity'],
    ['identity;q=0.5, gzip', 'gzip'],
    ['*', 'br'],
    ['*, br;q=0', 'gzip'],
    ['*;q=0', 'identity'],
    ['*;q=0, gzip', 'gzip'],
    ['deflate', 'identity'],
    ['identity;q=0', 'identity'],
    ['br;q=2, gzip;q=x', 'identity'],
    [',,;q=1', 'identity'],
  ]
  for (const [header, chosen] of cases)
    assert.equal(preferred([...all, variant('identity')], header).encoding, chosen, header)
})

test('a copy is fresh by any of its tags, also weakened', () => {
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '*']) assert.ok(isFresh(header, '"a"'), header)
  for (const header of [undefined, '', '"a-br"', 'a', '"b"'])
    assert.ok(!isFresh(header, '"a"'), header)
})

test('over the wire: encoded, told apart, and not sent twice', async (t) => {
  const server = await testServer(t, { web: webFolder() })
  const script = `${server.url}/assets/index-Ab3dE_9x.js`
  const encoded = await get(script, { 'Accept-Encoding': 'gzip' })
  assert.equal(encoded.headers['content-encoding'], 'gzip')
  assert.equal(encoded.headers['content-type'], 'text/javascript; charset=utf-8')
  assert.equal(encoded.headers['content-length'], String(encoded.body.length))
  assert.equal(gunzipSync(encoded.body).toString(), SCRIPT)
  const plain = await get(script, {})
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.equal(plain.body.toString(), SCRIPT)
  assert.notEqual(plain.headers.etag, encoded.headers.etag)
  for (const { headers } of [encoded, plain]) assert.equal(headers.vary, 'Accept-Encoding')

  const again = { 'Accept-Encoding': 'gzip', 'If-None-Match': encoded.headers.etag! }
  const fresh = await get(script, again)
  assert.deepEqual([fresh.status, fresh.body.length], [304, 0])
  assert.equal(fresh.headers.vary, 'Accept-Encoding')
  assert.equal(fresh.headers['content-encoding'], undefined)
  const other = await get(script, { 'If-None-Match': encoded.headers.etag! })
  assert.equal(other.status, 200, 'a tag is of one encoding')
  const picture = await get(`${server.url}/icon.png`, { 'Accept-Encoding': 'gzip, br' })
  assert.deepEqual(
    [picture.headers['content-encoding'], picture.headers.vary],
    [undefined, undefined],
  )
})

function variant(encoding: Encoding): Variant {
  return { encoding, body: Buffer.from(encoding), etag: `"${encoding}"` }
}

interface Got {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Octets as they come: fetch would decode them. */
async function get(url: string, headers: Readonly<Record<string, string>>): Promise<Got> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { headers }, resolve).on('error', reject).end()
  })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return {
    status: response.statusCode,
    headers: response.headers,
    body: Buffer.concat(chunks),
  }
}
