import type { ErrorCode } from '@hufu/terminal'
import { useSignal, type ReadonlySignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Told } from '../../components/told.tsx'
import { passkeysLack } from '../../ports/passkey.ts'
import { keysText } from '../../strings/keys/index.ts'
import type { Told as Words } from '../../strings/text.ts'
import type { Done } from '../../state/keys/acts.ts'

/** One act at a time, and what came of the last. */
export interface Acting {
  readonly busy: ReadonlySignal<boolean>
  readonly failed: ReadonlySignal<ErrorCode | undefined>
  /** Runs an act; resolves to its value, or undefined if it failed or another is under way. */
  run<T>(act: () => Promise<Done<T>>): Promise<{ readonly value: T } | undefined>
}

/** For buttons that ask the passkey. */
export function useActing(): Acting {
  const busy = useSignal(false)
  const failed = useSignal<ErrorCode | undefined>(undefined)
  return {
    busy,
    failed,
    async run(act) {
      if (busy.value) return undefined
      busy.value = true
      failed.value = undefined
      const done = await act()
      busy.value = false
      if (done.ok) return { value: done.value }
      failed.value = done.code
      return undefined
    },
  }
}

/** What went wrong with it, if anything did. `told`: codes in other words than at large. */
export function Outcome(props: {
  readonly acting: Acting
  readonly told?: Partial<Readonly<Record<ErrorCode, Words>>>
}): VNode {
  const code = props.acting.failed.value
  const told = code === undefined ? undefined : (props.told?.[code] ?? hereTold(code))
  return (
    <div role="alert">
      {code !== undefined && (
        <div class="card trouble">
          <Told code={code} {...(told === undefined ? {} : { told })} />
        </div>
      )}
    </div>
  )
}

/** What the table of all errors cannot know. */
function hereTold(code: ErrorCode): Words | undefined {
  const { address, browser } = keysText.value.told
  if (code === 'ERR_PASSKEY_HOST' && passkeysLack() === 'host') return address
  if (code === 'ERR_PASSKEY_NONE' && passkeysLack() === 'browser') return browser
  return undefined
}
