import { useSignal, type Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { text } from '../state/language.ts'

interface FieldProps {
  readonly label: string
  readonly value: Signal<string>
  readonly hint?: string
  /** What is wrong with the value; undefined if nothing is. */
  readonly error?: string | undefined
  /** A name for people, who may be users, a passphrase, or a code, which no spelling checker may touch. */
  readonly kind: 'name' | 'user' | 'passphrase' | 'code'
  /** Takes the focus when it comes. */
  readonly focus?: boolean
  /** What a password manager may put in; nothing if not given. */
  readonly autocomplete?: 'username' | 'current-password' | 'new-password'
}

/** UTF-16 units that may be typed. A user's ID has 254 at most (RFC 5321 §4.5.3.1.3). */
const MOST_UNITS = { name: 64, user: 254, passphrase: 1_000, code: 1_000 }

const HIDDEN = { type: 'password' } as const
const SHOWN = { type: 'text' } as const

/** One line to type into, with its label above, and a hint or what is wrong below. */
export function Field(props: FieldProps): VNode {
  const { label, value, hint, error, kind } = props
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const shown = useSignal(false)
  const { show, hide } = text.value.act
  useEffect(() => {
    if (props.focus === true) input.current?.focus()
  }, [])
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="input">
        <input
          id={id}
          ref={input}
          class={kind}
          {...(kind === 'passphrase' && !shown.value ? HIDDEN : SHOWN)}
          value={value.value}
          maxLength={MOST_UNITS[kind]}
          autocomplete={props.autocomplete ?? 'off'}
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-more`}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
        {kind === 'passphrase' && (
          <button
            type="button"
            class="button quiet"
            aria-pressed={shown.value}
            onClick={() => (shown.value = !shown.value)}
          >
            {shown.value ? hide : show}
          </button>
        )}
      </div>
      <p class={error === undefined ? 'hint' : 'error'} id={`${id}-more`} aria-live="polite">
        {error ?? hint ?? ''}
      </p>
    </div>
  )
}
