import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'

/** One file as it is served. */
export interface Page {
  readonly type: string
  readonly body: Buffer
  readonly etag: string
  /** The file's name changes with its content: it may be kept for good. */
  readonly immutable: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

const PLAIN = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>hufu server</title>
<p>This is a hufu server. Pair from a shell: <code>npx hufu pair --server</code> with this address.</p>
</html>
`

/**
 * Everything under `folder` by its path, read once: a path that was not there at the start is never opened. With no
 * folder, one plain page.
 *
 * @throws {HufuError} `ERR_CONFIG` if the folder cannot be read or has no index.html.
 */
export function pagesOf(folder: string): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>()
  if (folder === '') pages.set('/', pageOf('/index.html', Buffer.from(PLAIN)))
  else for (const path of filesIn(folder)) pages.set(`/${path}`, pageOf(path, read(folder, path)))
  const index = pages.get('/index.html')
  if (index !== undefined) pages.set('/', index)
  if (!pages.has('/'))
    throw new HufuError('ERR_CONFIG', `web: ${folder} has no index.html; build the web app first`)
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

function read(folder: string, path: string): Buffer {
  return readFileSync(join(folder, path))
}

function pageOf(path: string, body: Buffer): Page {
  return {
    type: TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream',
    body,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: /^\/?assets\/.*[-.][\w-]{8,}\.\w+$/.test(path),
  }
}
