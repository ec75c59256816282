/**
 * Keeps a phone's screen on, and so its network, until the function it gives is called. Where the browser cannot, it
 * does nothing.
 */
export function stayAwake(): () => void {
  let over = false
  let held: WakeLockSentinel | undefined
  // The browser takes it away whenever the page is hidden.
  const hold = async (): Promise<void> => {
    if (over || document.hidden || held?.released === false) return
    const got = await navigator.wakeLock.request('screen')
    if (over) await got.release()
    else held = got
  }
  const again = (): void => {
    hold().catch(() => undefined) // a low battery is a reason to refuse
  }
  if ('wakeLock' in navigator) {
    document.addEventListener('visibilitychange', again)
    again()
  }
  return () => {
    over = true
    document.removeEventListener('visibilitychange', again)
    held?.release().catch(() => undefined)
  }
}
