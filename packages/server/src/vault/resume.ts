import { HufuError } from '@hufu/protocol/wire'
import type { Logger } from 'pino'
import { rotate, type RotatedSafe } from './rotation.ts'

/** A change of the master key that goes on in the background. */
export interface Resumed {
  /** Resolves when it has ended, or has stopped after the batch at hand. */
  stop(): Promise<void>
}

/** Goes on with a change of the master key that was cut off, if there is one. What it cannot do it logs. */
export function resumeRotation(safe: RotatedSafe, logger: Logger): Resumed {
  if (safe.vault.leaving === undefined) return { stop: async () => undefined }
  const stopped = new AbortController()
  const ended = rotate(safe, { signal: stopped.signal }).then(
    ({ done }) => logger.info({ dataKeys: done }, 'the change of the master key has ended'),
    (error: unknown) => {
      if (error instanceof HufuError && error.code === 'ERR_INTERRUPTED') return
      logger.error(
        { err: error },
        'the change of the master key did not end; it is tried anew at the next start',
      )
    },
  )
  return {
    async stop() {
      stopped.abort()
      await ended
    },
  }
}
