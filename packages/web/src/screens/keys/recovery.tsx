import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Copy } from '../../components/copy.tsx'
import { Heading } from '../../components/heading.tsx'
import { saveText } from '../../ports/save-text.ts'
import type { NewKey } from '../../state/keys/acts.ts'
import { shownOnce } from '../../state/keys/seat.ts'
import { settle } from '../../state/place.ts'
import { keysText } from '../../strings/keys/index.ts'
import { Outcome, useActing } from './acting.tsx'

/** Groups of digits in a code. */
const GROUPS = 7

/** The recovery code, shown once: it goes on only when its user says that it is kept. */
export function Recovery(props: { readonly made: NewKey }): VNode {
  const { user, recovery, use } = props.made
  const { heading, body, copy, print, download, file, kept, goOn } = keysText.value.recovery
  const isKept = useSignal(false)
  const acting = useActing()
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', warn)
    shownOnce.value = true
    return () => {
      removeEventListener('beforeunload', warn)
      shownOnce.value = false
    }
  }, [])
  const around = file(user, location.host)
  return (
    <div class="narrow recovery">
      <Heading>{heading(user)}</Heading>
      <p class="lead">{body}</p>
      <p class="only-print">{around}</p>
      <p class="recovery-code" translate={false}>
        {recovery.split('-').map((group, at) => (
          <span key={at}>
            {group}
            {at < GROUPS - 1 && <span class="dash">-</span>}
          </span>
        ))}
      </p>
      <div class="buttons">
        <Copy content={recovery} label={copy} />
        <button type="button" class="button" onClick={() => window.print()}>
          {print}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => saveText(`hufu-${user}.txt`, `${around}\n\n${recovery}\n`)}
        >
          {download}
        </button>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={isKept.value}
          onChange={(event) => (isKept.value = event.currentTarget.checked)}
        />
        {kept}
      </label>
      <button
        type="button"
        class="button bronze large"
        disabled={!isKept.value || acting.busy.value}
        onClick={() => void acting.run(use).then((done) => done && settle({ at: 'keys' }))}
      >
        {goOn}
      </button>
      <Outcome acting={acting} />
    </div>
  )
}
