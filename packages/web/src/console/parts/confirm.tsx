import type { ComponentChildren, VNode } from 'preact'
import { Dialog } from '../../components/dialog.tsx'
import { text } from '../../state/language.ts'
import { useAct } from '../state/act.ts'
import type { Answer } from '../state/client.ts'
import { FaultNote } from './fault-note.tsx'

/** Asks before something is done that others notice. */
export function Confirm<T>(props: {
  readonly heading: string
  readonly children: ComponentChildren
  /** What the button says that does it. */
  readonly verb: string
  readonly work: () => Promise<Answer<T>>
  readonly done: (value: T) => void
  readonly close: () => void
}): VNode {
  const { heading, verb, work, done, close } = props
  const act = useAct()
  const press = async (): Promise<void> => {
    const value = await act.run(work)
    if (value !== undefined) done(value)
  }
  return (
    <Dialog heading={heading} close={close}>
      {props.children}
      {act.fault !== undefined && <FaultNote fault={act.fault} />}
      <div class="buttons">
        <button
          type="button"
          class="button red"
          aria-disabled={act.busy}
          onClick={() => {
            void press()
          }}
        >
          {verb}
        </button>
        <button type="button" class="button" autofocus onClick={close}>
          {text.value.act.cancel}
        </button>
      </div>
    </Dialog>
  )
}
