import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Whether the page shows its first screen: there the browser's own focus is right. */
let first = true

/** The heading of a screen. It takes the focus when the screen comes, so that nobody is left where something was. */
export function Heading(props: {
  readonly children: ComponentChildren
  readonly id?: string
}): VNode {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!first) heading.current?.focus({ preventScroll: true })
    first = false
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1} id={props.id}>
      {props.children}
    </h1>
  )
}
