import { startTone } from './tone.ts'

/** Milliseconds between the two titles of a tab that rings. Our choice: slow enough to be read. */
const TITLE_EVERY_MS = 1_000
/** One notification at a time: a later one takes the place of an earlier one. */
const TAG = 'hufu'

/** What calls until it is stopped. */
export interface Ring {
  stop(): void
}

/**
 * Rings: a tone, the tab's title by turns with `title`, and a notification (where granted, and nobody looks at the
 * page) with `title` and `body`. What the browser refuses is left out in silence.
 */
export function ring(title: string, body: string): Ring {
  const stopTone = startTone()
  const stopTitle = turnTitle(title)
  const stopNotification = show(title, body)
  return {
    stop() {
      stopTone()
      stopTitle()
      stopNotification()
    },
  }
}

/** A notification alone, for something that came while nobody looked at the page. */
export function note(title: string, body: string): Ring {
  return { stop: show(title, body) }
}

/** Whether notifications may be shown, may be asked for, or were refused (or are unknown to this browser). */
export function permission(): 'granted' | 'ask' | 'refused' {
  if (typeof Notification === 'undefined') return 'refused'
  const { permission: answered } = Notification
  return answered === 'default' ? 'ask' : answered === 'granted' ? 'granted' : 'refused'
}

/** Asks the user whether notifications may be shown; only from a click or a key, or browsers say no by themselves. */
export async function askPermission(): Promise<boolean> {
  if (permission() !== 'ask') return permission() === 'granted'
  return (await Notification.requestPermission()) === 'granted'
}

function turnTitle(other: string): () => void {
  const own = document.title
  const timer = setInterval(() => {
    document.title = document.title === other ? own : other
  }, TITLE_EVERY_MS)
  return () => {
    clearInterval(timer)
    if (document.title === other) document.title = own
  }
}

function show(title: string, body: string): () => void {
  if (permission() !== 'granted' || document.visibilityState === 'visible') return () => undefined
  let over = false
  let close: () => void = () => undefined
  const options = { body, tag: TAG, icon: new URL('icon-192.png', document.baseURI).href }
  const display = async (): Promise<void> => {
    // Phones show notifications by the service worker only; it focuses the page when one is pressed.
    const worker = await navigator.serviceWorker?.getRegistration()
    if (over) return
    if (worker?.active) {
      await worker.showNotification(title, options)
      close = () => void closeAll(worker).catch(() => undefined)
    } else {
      const shown = new Notification(title, options)
      shown.onclick = () => {
        window.focus()
        shown.close()
      }
      close = () => shown.close()
    }
    if (over) close()
  }
  display().catch(() => undefined)
  return () => {
    over = true
    close()
  }
}

async function closeAll(worker: ServiceWorkerRegistration): Promise<void> {
  for (const shown of await worker.getNotifications({ tag: TAG })) shown.close()
}
