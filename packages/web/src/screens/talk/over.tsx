import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { withCode } from '../../components/with-code.tsx'
import type { Presence } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'
import { begin, dismiss } from '../../state/session.ts'

/** The session is over: how it ended, and where to go from here. */
export function Over(props: { readonly end: Extract<Presence, { at: 'over' }> }): VNode {
  const { code, unacknowledged, differed } = props.end
  const { over, overBody, overLost } = text.value.talk
  const { differHeading, differBody } = text.value.words
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const told = code === undefined ? undefined : text.value.errors[code]
  const why = told === undefined ? overBody : `${told.what} ${told.next}`
  return (
    <section class={differed ? 'ended red' : 'ended'} aria-labelledby="ended">
      <div role="alert">
        <h2 id="ended" ref={heading} tabIndex={-1}>
          {differed ? differHeading : over}
        </h2>
        <p>{withCode(differed ? differBody : why)}</p>
        {unacknowledged > 0 && <p class="error">{overLost(unacknowledged)}</p>}
      </div>
      <div class="buttons">
        <button type="button" class="button bronze" onClick={() => begin({ by: 'open' })}>
          {text.value.home.openButton}
        </button>
        <button type="button" class="button" onClick={dismiss}>
          {text.value.act.home}
        </button>
      </div>
    </section>
  )
}
