import type { ErrorCode } from '@hufu/terminal'
import type { VNode } from 'preact'
import { Heading } from '../components/heading.tsx'
import { Icon } from '../components/icon.tsx'
import { withCode } from '../components/with-code.tsx'
import type { How } from '../state/how.ts'
import { text } from '../state/language.ts'
import { settle } from '../state/place.ts'
import { begin, dismiss } from '../state/session.ts'

/** A pairing came to nothing: what happened, and what to do next. */
export function Failed(props: { readonly how: How; readonly code: ErrorCode }): VNode {
  const { how, code } = props
  const { what, next } = text.value.errors[code]
  const { again, home } = text.value.act
  return (
    <div class="narrow failed">
      <p class="sign">
        <Icon name="warn" />
      </p>
      <Heading>{what}</Heading>
      <p class="lead">{withCode(next)}</p>
      <p class="small">
        {text.value.failed.code} <span translate={false}>{code}</span>
      </p>
      <div class="buttons">
        <button type="button" class="button bronze" onClick={() => tryAgain(how)}>
          {again}
        </button>
        <button type="button" class="button" onClick={dismiss}>
          {home}
        </button>
      </div>
    </div>
  )
}

/** A code and a passphrase are asked for anew: the one was good once, the other may have been wrong. */
function tryAgain(how: How): void {
  if (how.by === 'attend') return dismiss()
  if (how.by !== 'join' && how.by !== 'ring' && how.by !== 'ring-user') return begin(how)
  dismiss()
  settle(how.by === 'join' ? { at: 'join', code: '' } : { at: 'ring' })
}
