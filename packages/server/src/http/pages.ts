import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzipSync } from 'node:zlib'
import { HufuError } from '@hufu/protocol/wire'
import type { Variant } from './encoding.ts'

/** One file as it is served. */
export interface Page {
  readonly type: string
  /** The file's name changes with its content: it may be kept for good. */
  readonly immutable: boolean
  /** The file in each encoding that makes it smaller, the smallest first, and plain last. Brotli joins when it is done. */
  variants(): readonly [...Variant[], Variant]
  /** Resolves when all of them are there. */
  readonly complete: Promise<void>
}

/** Media types, and whether what has them shrinks. */
const TYPES: Readonly<Record<string, readonly [type: string, shrinks: boolean]>> = {
  '.html': ['text/html; charset=utf-8', true],
  '.js': ['text/javascript; charset=utf-8', true],
  '.css': ['text/css; charset=utf-8', true],
  '.json': ['application/json', true],
  '.webmanifest': ['application/manifest+json', true],
  '.svg': ['image/svg+xml', true],
  '.png': ['image/png', false],
  '.ico': ['image/x-icon', true],
  '.txt': ['text/plain; charset=utf-8', true],
  '.wasm': ['application/wasm', true],
  '.woff2': ['font/woff2', false],
}
const UNKNOWN = ['application/octet-stream', false] as const

const INDEX = 'index.html'
/** The operator's console, and where it is served beside its own name. A folder may do without. */
const CONSOLE = 'console.html'
const CONSOLE_PATH = '/console'
const PLAIN = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>hufu server</title>
<p>This is a hufu server. Pair from a shell: <code>npx hufu pair --server</code> with this address.</p>
</html>
`

/**
 * Everything under `folder` by its path, read and gzipped once: a path that was not there at the start is never opened.
 * Brotli at its best takes a second or two for the whole app, so that follows in the background, one file at a time. With
 * no folder, one plain page.
 *
 * @throws {HufuError} `ERR_CONFIG` if the folder cannot be read or has no index.html.
 */
export function pagesOf(folder: string): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>()
  let before = Promise.resolve()
  for (const path of folder === '' ? [INDEX] : filesIn(folder)) {
    const body = folder === '' ? Buffer.from(PLAIN) : readFileSync(join(folder, path))
    const page = pageOf(path, body, before)
    before = page.complete
    pages.set(`/${path}`, page)
  }
  const index = pages.get(`/${INDEX}`)
  if (index !== undefined) pages.set('/', index)
  const console = pages.get(`/${CONSOLE}`)
  if (console !== undefined) pages.set(CONSOLE_PATH, console)
  if (!pages.has('/'))
    throw new HufuError('ERR_CONFIG', `web: ${folder} has no ${INDEX}; build the web app first`)
  return pages
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
      .map((path) => path.replaceAll('\\', '/'))
  } catch (cause) {
    throw new HufuError('ERR_CONFIG', `web: ${folder} is no folder that can be read`, { cause })
  }
}

/** @param before what Brotli has to wait for. */
function pageOf(path: string, body: Buffer, before: Promise<void>): Page {
  const [type, shrinks] = TYPES[extname(path).toLowerCase()] ?? UNKNOWN
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  let variants: readonly [...Variant[], Variant] = [
    { encoding: 'identity', body, etag: `"${digest}"` },
  ]
  const add = (encoding: 'br' | 'gzip', smaller: Buffer): void => {
    if (smaller.length < variants[0].body.length)
      variants = [{ encoding, body: smaller, etag: `"${digest}-${encoding}"` }, ...variants]
  }
  if (shrinks) add('gzip', gzipSync(body, { level: constants.Z_BEST_COMPRESSION }))
  const complete = async (): Promise<void> => {
    await before
    if (shrinks) add('br', await smallest(body))
  }
  return {
    type,
    immutable: /^assets\/.*[-.][\w-]{8,}\.\w+$/.test(path),
    variants: () => variants,
    complete: complete().catch(() => undefined), // the others serve as well
  }
}

function smallest(body: Buffer): Promise<Buffer> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  }
  return promisify(brotliCompress)(body, { params })
}
