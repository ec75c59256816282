import { useSignal } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { stayAwake } from '../../ports/wake.ts'
import type { Conversation } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'
import { leaveAsked } from '../../state/leave-asked.ts'
import { Bar } from './bar.tsx'
import { Composer } from './composer.tsx'
import { Leave } from './leave.tsx'
import { Lines } from './lines.tsx'
import { Over } from './over.tsx'
import { Remember } from './remember.tsx'
import { Status } from './status.tsx'
import { Words } from './words.tsx'

/** A conversation: the words to compare, everything said and sent, and where to write. Files may be dropped anywhere. */
export function Talk(props: { readonly conversation: Conversation }): VNode {
  const { conversation } = props
  const { presence, compared, transfers } = conversation
  const remembering = useSignal(false)
  const over = presence.value.at === 'over'
  useEffect(() => (over ? undefined : stayAwake()), [over])
  useEffect(() => {
    if (transfers.value === 0) return
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [transfers.value === 0])
  return (
    <DropZone conversation={conversation}>
      <Bar conversation={conversation} remembering={remembering} />
      <Lines conversation={conversation}>
        {!over && !compared.value && presence.value.at !== 'returning' && (
          <Words conversation={conversation} />
        )}
      </Lines>
      <Status conversation={conversation} />
      {presence.value.at === 'over' ? (
        <Over end={presence.value} />
      ) : (
        <Composer conversation={conversation} />
      )}
      {remembering.value && !over && (
        <Remember conversation={conversation} close={() => (remembering.value = false)} />
      )}
      {leaveAsked.value && !over && <Leave conversation={conversation} />}
    </DropZone>
  )
}

function DropZone(props: {
  readonly conversation: Conversation
  readonly children: ComponentChildren
}): VNode {
  const { conversation } = props
  /** Elements entered and not left: each child tells for itself. */
  const depth = useSignal(0)
  const takes = (event: DragEvent): boolean =>
    conversation.canSay.value && event.dataTransfer?.types.includes('Files') === true
  return (
    <div
      class="talk"
      onDragEnter={(event) => {
        if (takes(event)) depth.value += 1
      }}
      onDragLeave={(event) => {
        if (takes(event)) depth.value -= 1
      }}
      onDragOver={(event) => {
        if (takes(event)) event.preventDefault()
      }}
      onDrop={(event) => {
        depth.value = 0
        if (!takes(event) || event.dataTransfer === null) return
        event.preventDefault()
        conversation.attach(event.dataTransfer)
      }}
    >
      {props.children}
      {depth.value > 0 && <div class="drop">{text.value.file.drop}</div>}
    </div>
  )
}
