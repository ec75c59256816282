/*
 * The service worker: keeps the app's files, so that it opens without a network and can be installed. It keeps nothing
 * else and sees no conversation: those run in the page, over a WebSocket.
 */

/** Path, relative to the app, and SHA-256 of each file of this build; the build writes it here. */
declare const HUFU_FILES: Readonly<Record<string, string>>
/** Changes with any of them. */
declare const HUFU_VERSION: string

/** Of the worker's own declarations, which cannot be loaded beside a page's. */
interface Lifetime extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Lifetime {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface Pressed extends Lifetime {
  readonly notification: Notification
}
interface Scope {
  readonly registration: ServiceWorkerRegistration
  readonly clients: {
    matchAll(options: {
      readonly type: 'window'
    }): Promise<readonly { focus(): Promise<unknown> }[]>
  }
  addEventListener(type: 'install' | 'activate', act: (event: Lifetime) => void): void
  addEventListener(type: 'fetch', act: (event: Fetching) => void): void
  addEventListener(type: 'notificationclick', act: (event: Pressed) => void): void
}

const scope = globalThis as unknown as Scope
const PREFIX = 'hufu '
const CACHE = `${PREFIX}${HUFU_VERSION}`
/** The page itself, by the path under which it is kept. */
const PAGE = 'index.html'
/** Milliseconds after which a network that does not answer counts as none. Our choice. */
const NETWORK_MS = 4_000

scope.addEventListener('install', (event) => event.waitUntil(fill()))
scope.addEventListener('activate', (event) => event.waitUntil(forgetOld()))
scope.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request
  const path = pathOf(url)
  if (method !== 'GET' || path === undefined) return
  if (mode === 'navigate' && (path === '' || path === PAGE)) event.respondWith(page(event.request))
  else if (Object.hasOwn(HUFU_FILES, path)) event.respondWith(kept(path, event.request))
})
scope.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(focus())
})

/** Either all files of the build are kept, each as it was built, or this worker does not come to life. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all(
    Object.entries(HUFU_FILES).map(async ([path, integrity]) => {
      // The names of assets change with what is in them; the others must not come from an older visit.
      const fresh: RequestCache = path.startsWith('assets/') ? 'default' : 'no-cache'
      const response = await fetch(addressOf(path), { integrity, cache: fresh })
      if (!response.ok) throw new Error(`${path}: ${response.status}`)
      await cache.put(addressOf(path), response)
    }),
  )
}

async function forgetOld(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
}

/** The newest page while there is a network that answers in time; else the one that is kept. */
async function page(request: Request): Promise<Response> {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(NETWORK_MS) })
    if (response.status < 500) return response
  } catch {
    // No network.
  }
  return kept(PAGE, request)
}

async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(addressOf(path))) ?? fetch(request)
}

async function focus(): Promise<void> {
  const [first] = await scope.clients.matchAll({ type: 'window' })
  await first?.focus()
}

function addressOf(path: string): string {
  return new URL(path, scope.registration.scope).href
}

/** Relative to the app; undefined for what is not the app's. */
function pathOf(address: string): string | undefined {
  const url = new URL(address)
  const own = new URL(scope.registration.scope)
  if (url.origin !== own.origin || !url.pathname.startsWith(own.pathname)) return undefined
  return url.pathname.slice(own.pathname.length)
}
