import { useSignal } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from '../../components/icon.tsx'
import type { Conversation } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'
import { IdentityLater } from '../keys/later.tsx'
import { FileLine } from './file-line.tsx'
import { NoteLine } from './note-line.tsx'
import { TextLine } from './text-line.tsx'
import type { Line } from '../../state/log.ts'

/** Pixels from the end within which new lines are followed. Our choice: less than a line and its margins. */
const NEAR_END = 80

/** Everything said and sent so far. Follows what comes, unless the user has scrolled back. */
export function Lines(props: {
  readonly conversation: Conversation
  readonly children: ComponentChildren
}): VNode {
  const { lines, typing, who } = props.conversation
  const place = useRef<HTMLDivElement>(null)
  const atEnd = useSignal(true)
  const { log, newest, typing: types, other } = text.value.talk
  const name = who.value === '' ? other : who.value

  const toEnd = (): void => {
    const element = place.current
    if (element !== null) element.scrollTop = element.scrollHeight
  }
  useLayoutEffect(() => {
    if (atEnd.value) toEnd()
  }, [lines.value, typing.value])

  return (
    <div class="lines-frame">
      <div
        class="lines"
        ref={place}
        tabIndex={0}
        role="group"
        aria-label={log}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          atEnd.value = scrollHeight - scrollTop - clientHeight < NEAR_END
        }}
      >
        <div role="log" aria-label={log} aria-relevant="additions">
          <ol>
            {lines.value.map((line) => (
              <One key={line.id} line={line} who={name} />
            ))}
          </ol>
        </div>
        {props.children}
        <p class="typing" aria-live="polite">
          {typing.value ? `${name} ${types}` : ''}
        </p>
      </div>
      {!atEnd.value && (
        <button type="button" class="button newest" aria-label={newest} onClick={toEnd}>
          <Icon name="down" />
        </button>
      )}
    </div>
  )
}

function One(props: { readonly line: Line; readonly who: string }): VNode {
  const { line, who } = props
  const shown = line.shown.value
  switch (shown.kind) {
    case 'text':
      return <TextLine shown={shown} who={who} />
    case 'file':
      return <FileLine shown={shown} who={who} acts={line.acts.value} />
    case 'note':
      return <NoteLine shown={shown} />
    case 'identity':
      return (
        <li class="note">
          <IdentityLater who={shown.who} />
        </li>
      )
  }
}
