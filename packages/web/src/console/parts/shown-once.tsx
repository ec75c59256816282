import type { VNode } from 'preact'
import { Command } from '../../components/command.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { withCode } from '../../components/with-code.tsx'
import { words } from '../state/words.ts'

/** A secret that is shown this once: it is nowhere else, and gone when this closes. */
export function ShownOnce(props: {
  readonly heading: string
  readonly body: string
  readonly label: string
  readonly secret: string
  /** A line for a shell that uses it. */
  readonly use?: { readonly label: string; readonly line: string }
  readonly close: () => void
}): VNode {
  const { heading, body, label, secret, use, close } = props
  return (
    <Dialog heading={heading} close={close} firm>
      <p>{withCode(body)}</p>
      <Command label={label} line={secret} />
      {use !== undefined && <Command label={use.label} line={use.line} />}
      <div class="buttons">
        <button type="button" class="button jade" onClick={close}>
          {words.value.done}
        </button>
      </div>
    </Dialog>
  )
}
