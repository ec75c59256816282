import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

/** A question that has to be answered first. Escape, and a press beside it, close it. Shown while it is rendered. */
export function Dialog(props: {
  readonly heading: string
  readonly close: () => void
  readonly children: ComponentChildren
}): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={heading}
      onClose={props.close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close()
      }}
    >
      <div class="inside">
        <h2 id={heading}>{props.heading}</h2>
        {props.children}
      </div>
    </dialog>
  )
}
