import type { VNode } from 'preact'
import { withCode } from '../components/with-code.tsx'
import { text } from '../state/language.ts'

/** Plain http from elsewhere: nothing can work here, and this says so before anybody tries. */
export function Insecure(): VNode {
  const { heading, why, what, operator } = text.value.insecure
  return (
    <div class="narrow">
      <h1>{heading}</h1>
      <p class="lead">{why}</p>
      <p>{withCode(what)}</p>
      <p>{withCode(operator)}</p>
    </div>
  )
}
