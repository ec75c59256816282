import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from '../../components/icon.tsx'
import type { Conversation } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'

/** UTF-16 units in the longest text that the library says at once. */
const MAX_TEXT_UNITS = 262_144

/** Where one writes. Enter sends where there is a keyboard; on a phone it ends a line, and the button sends. */
export function Composer(props: { readonly conversation: Conversation }): VNode {
  const { conversation } = props
  const typed = useSignal('')
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const { message, placeholder, send } = text.value.talk
  const may = conversation.canSay.value

  const submit = (): void => {
    if (typed.value.trim() === '' || !may) return
    conversation.say(typed.value)
    typed.value = ''
    field.current?.focus()
  }
  useEffect(() => {
    if (may && !hasTouch()) field.current?.focus({ preventScroll: true })
  }, [may])

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Attach conversation={conversation} may={may} />
      <label for={id} class="unseen">
        {message}
      </label>
      <textarea
        id={id}
        ref={field}
        rows={1}
        dir="auto"
        placeholder={placeholder}
        maxLength={MAX_TEXT_UNITS}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value
          conversation.type()
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing || hasTouch()) return
          event.preventDefault()
          submit()
        }}
        onPaste={(event) => {
          const files = event.clipboardData?.files
          if (files === undefined || files.length === 0 || !may) return
          event.preventDefault()
          conversation.attach(files)
        }}
      />
      <button type="submit" class="button bronze round" aria-label={send} disabled={!may}>
        <Icon name="send" />
      </button>
    </form>
  )
}

/** Files or a folder by button, for those who do not drag. */
function Attach(props: { readonly conversation: Conversation; readonly may: boolean }): VNode {
  const { conversation, may } = props
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const { attach, folder: whole } = text.value.file
  const take = (input: HTMLInputElement): void => {
    if (input.files !== null && input.files.length > 0) conversation.attach([...input.files])
    input.value = ''
  }
  return (
    <div class="attach">
      <input
        ref={files}
        type="file"
        multiple
        hidden
        onChange={(event) => take(event.currentTarget)}
      />
      <button
        type="button"
        class="button quiet round"
        aria-label={attach}
        title={attach}
        disabled={!may}
        onClick={() => files.current?.click()}
      >
        <Icon name="attach" />
      </button>
      {'webkitdirectory' in HTMLInputElement.prototype && (
        <>
          <input
            ref={folder}
            type="file"
            {...WHOLE_FOLDER}
            hidden
            onChange={(event) => take(event.currentTarget)}
          />
          <button
            type="button"
            class="button quiet round"
            aria-label={whole}
            title={whole}
            disabled={!may}
            onClick={() => folder.current?.click()}
          >
            <Icon name="folder" />
          </button>
        </>
      )}
    </div>
  )
}

/** Preact’s types do not know it; browsers do. */
const WHOLE_FOLDER = { webkitdirectory: true }

/** Whether the first pointer is a finger: there is then no key to hold with Enter. */
function hasTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches
}
