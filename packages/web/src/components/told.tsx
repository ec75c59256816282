import type { ErrorCode } from '@hufu/terminal'
import type { VNode } from 'preact'
import { text } from '../state/language.ts'
import type { Told as Words } from '../strings/text.ts'
import { withCode } from './with-code.tsx'

/** What went wrong and what to do next, in a few lines among others. `told`: in other words than for the code at large. */
export function Told(props: { readonly code: ErrorCode; readonly told?: Words }): VNode {
  const { what, next } = props.told ?? text.value.errors[props.code]
  return (
    <div class="told">
      <p class="what">{what}</p>
      <p>{withCode(next)}</p>
      <p class="small" translate={false}>
        {props.code}
      </p>
    </div>
  )
}
