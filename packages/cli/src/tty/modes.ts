import type { ReadStream } from 'node:tty'

/**
 * Lets nobody fail at the modes of a terminal that is gone: whoever sat there has closed it, and the end of the input, or
 * SIGHUP, says so. Node would throw at whoever happens to put its mode back, a readline in the middle of closing too.
 */
export function outlivesTerminal(stdin: Pick<ReadStream, 'setRawMode'>): void {
  const { setRawMode } = stdin
  if (tolerant.has(setRawMode)) return
  const tolerating = function (this: ReadStream, raw: boolean): ReadStream {
    try {
      return setRawMode.call(this, raw)
    } catch {
      return this
    }
  }
  tolerant.add(tolerating)
  stdin.setRawMode = tolerating
}

const tolerant = new WeakSet<ReadStream['setRawMode']>()
