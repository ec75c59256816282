import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { readCode, type ReadCode } from '../state/code.ts'
import { text } from '../state/language.ts'
import { begin } from '../state/session.ts'
import { Field } from './field.tsx'

/** Where the other's code is typed. `given`: what a link brought. */
export function CodeForm(props: { readonly given?: string; readonly focus?: boolean }): VNode {
  const typed = useSignal(props.given ?? '')
  /** What was wrong when it was sent, and the text that it is about. */
  const doubt = useSignal<{ readonly read: ReadCode; readonly about: string } | undefined>(
    undefined,
  )
  const { label, hint, join, malformed, unknown, meant } = text.value.code
  const read = doubt.value?.about === typed.value ? doubt.value.read : undefined

  const submit = (code: string): void => {
    typed.value = code
    const found = readCode(code)
    if (found.is === 'good') begin({ by: 'join', code: found.code })
    else doubt.value = { read: found, about: code }
  }
  const error = (): string | undefined => {
    if (read === undefined || read.is === 'good') return undefined
    if (read.is !== 'doubtful') return malformed
    return read.near === undefined ? unknown(read.word) : meant(read.word, read.near)
  }

  return (
    <form
      class="code-form"
      onSubmit={(event) => {
        event.preventDefault()
        submit(typed.value)
      }}
    >
      <Field
        kind="code"
        label={label}
        value={typed}
        hint={hint}
        error={error()}
        focus={props.focus === true}
      />
      {read?.is === 'doubtful' ? (
        <Doubt read={read} mend={submit} />
      ) : (
        <button type="submit" class="button jade">
          {join}
        </button>
      )}
    </form>
  )
}

/** A word is not in the list: what to do about it, before the one try is spent. */
function Doubt(props: {
  readonly read: Extract<ReadCode, { is: 'doubtful' }>
  readonly mend: (code: string) => void
}): VNode {
  const { near, mended, code } = props.read
  const { use, asTyped } = text.value.code
  return (
    <div class="buttons">
      {near !== undefined && (
        <button type="button" class="button jade" onClick={() => props.mend(mended)}>
          {use(near)}
        </button>
      )}
      <button type="button" class="button" onClick={() => begin({ by: 'join', code })}>
        {asTyped}
      </button>
    </div>
  )
}
