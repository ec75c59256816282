import type { VNode } from 'preact'
import { CodeForm } from '../components/code-form.tsx'
import { Heading } from '../components/heading.tsx'
import { text } from '../state/language.ts'

/** Joining with the code that a link brought, or that the other says. */
export function Join(props: { readonly code: string }): VNode {
  const { heading, fromLink, byHand } = text.value.join
  return (
    <div class="narrow">
      <Heading>{heading}</Heading>
      <p class="lead">{props.code === '' ? byHand : fromLink}</p>
      <CodeForm key={props.code} given={props.code} focus />
    </div>
  )
}
