import type { ComponentChildren, VNode } from 'preact'
import { Dialog } from '../../components/dialog.tsx'
import { text } from '../../state/language.ts'
import type { Act } from '../state/act.ts'
import { FaultNote } from './fault-note.tsx'

/** Asks for what an act needs, and does it: says what came in between, and can be cancelled. */
export function FormDialog(props: {
  readonly heading: string
  /** What the button says that does it, and whether something is taken away by it. */
  readonly verb: string
  readonly tone?: 'jade' | 'red'
  readonly act: Act
  /** What else to say of what came in between. */
  readonly advice?: string | undefined
  readonly submit: () => Promise<void>
  readonly close: () => void
  readonly children: ComponentChildren
}): VNode {
  const { heading, verb, tone = 'jade', act, advice, submit, close, children } = props
  return (
    <Dialog heading={heading} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {children}
        {act.fault !== undefined && <FaultNote fault={act.fault} />}
        {advice !== undefined && <p>{advice}</p>}
        <div class="buttons">
          <button type="submit" class={`button ${tone}`} aria-disabled={act.busy}>
            {verb}
          </button>
          <button type="button" class="button" onClick={close}>
            {text.value.act.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
