import { scriptUrl } from './trusted.ts'

/**
 * Keeps the app's files in the browser, so that it opens without a network and can be installed. Begins once the page
 * has loaded, so as not to slow it down; where the browser does not let us, the app needs the network to open, no more.
 */
export function keepOffline(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  const register = (): void => {
    navigator.serviceWorker
      .register(scriptUrl('sw.js'), { updateViaCache: 'none' })
      .catch(() => undefined)
  }
  if (document.readyState === 'complete') register()
  else window.addEventListener('load', register, { once: true })
}
