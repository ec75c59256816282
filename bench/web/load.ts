import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { alone, type Figure } from '../harness/figures.ts'
import type { Scope } from '../harness/scope.ts'
import type { ServedApp } from './app.ts'
import { freshBrowser } from './browser.ts'
import { usableAt } from './usable.ts'

/** Octets that a first visit may take on its way, and the pair library of it. */
const FIRST_OCTETS = 120 * 1024
const PAIR_OCTETS = 60 * 1024

/** What a first visit loads until the page can be used. */
export async function measureLoad(
  scope: Scope,
  app: ServedApp,
): Promise<{ readonly figures: readonly Figure[]; readonly notes: readonly string[] }> {
  const loaded = await loadedFiles(scope, app)
  const sizes = await Promise.all(
    loaded.map(async ({ path, octets, encoding }) => {
      const file = await readFile(join(app.files, path === '' ? 'index.html' : path))
      return { path, octets, encoding, gzip: gzipSync(file, { level: 9 }).length }
    }),
  )
  const sum = (of: (size: (typeof sizes)[number]) => number): number =>
    sizes.reduce((octets, size) => octets + of(size), 0)
  const pair = sizes.find(({ path }) => /^assets\/pair-[\w-]+\.js$/.test(path))
  if (pair === undefined) throw new Error('the page loads no chunk of the pair library')
  const list = sizes
    .map(({ path, octets, encoding, gzip }) => {
      const name = path === '' ? '/' : path.replace(/-[\w-]{8}\./, '.')
      return `${name} ${octets} (${encoding}; gzip ${gzip})`
    })
    .join(', ')
  return {
    figures: [
      kib(
        'first load, as it travels, headers included',
        sum(({ octets }) => octets),
        FIRST_OCTETS,
      ),
      kib(
        'first load, each file by gzip -9',
        sum(({ gzip }) => gzip),
        FIRST_OCTETS,
      ),
      kib('of that the pair library', pair.gzip, PAIR_OCTETS),
    ],
    notes: [`octets of the first load: ${list}`],
  }
}

function kib(what: string, octets: number, most: number): Figure {
  return alone(what, 'KiB', [octets / 1024], {
    text: `at most ${most / 1024} KiB`,
    met: octets <= most,
  })
}

/** A file as the browser had it from the server. */
interface Loaded {
  /** Without the leading slash. */
  readonly path: string
  /** By the browser's account, headers included. */
  readonly octets: number
  /** Content-Encoding. */
  readonly encoding: string
}

async function loadedFiles(scope: Scope, app: ServedApp): Promise<readonly Loaded[]> {
  const browser = await freshBrowser(scope)
  try {
    const { tools } = browser
    const asked = new Map<string, { readonly path: string; readonly encoding: string }>()
    const loaded: Loaded[] = []
    tools.on('Network.responseReceived', ({ requestId, response }) => {
      const headers = Object.entries(response.headers)
      const [, encoding] = headers.find(([name]) => /^content-encoding$/i.test(name)) ?? []
      const path = new URL(response.url).pathname.slice(1)
      asked.set(requestId, { path, encoding: encoding ?? 'as it is' })
    })
    tools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const what = asked.get(requestId)
      if (what !== undefined) loaded.push({ ...what, octets: encodedDataLength })
    })
    await tools.send('Network.enable')
    await usableAt(browser, app)
    if (loaded.length === 0) throw new Error('the browser tells nothing of what it loaded')
    return loaded
  } finally {
    await browser.close()
  }
}
