import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

/**
 * A question that has to be answered first. Escape, and a press beside it, close it, unless it is `firm`. Shown while it is
 * rendered; then the focus goes back to where it was.
 */
export function Dialog(props: {
  readonly heading: string
  readonly close: () => void
  readonly firm?: boolean
  readonly children: ComponentChildren
}): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const gone = useRef(false)
  const heading = useId()
  const firm = props.firm === true
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => {
      gone.current = true
      element?.close()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={heading}
      onClose={() => {
        if (!gone.current) props.close()
      }}
      onCancel={(event) => {
        if (firm) event.preventDefault()
      }}
      onClick={(event) => {
        if (event.target === dialog.current && !firm) dialog.current?.close()
      }}
    >
      <div class="inside">
        <h2 id={heading}>{props.heading}</h2>
        {props.children}
      </div>
    </dialog>
  )
}
