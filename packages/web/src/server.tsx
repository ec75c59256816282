import type { VNode } from 'preact'
import { text } from './language.ts'

/** What the server that shows this page can see of a pairing, and what it cannot. */
export function Server(): VNode {
  const { heading, intro, seesHeading, sees, blindHeading, blind } = text.value.server
  return (
    <section aria-labelledby="server">
      <h2 id="server">{heading}</h2>
      <p class="intro">{intro}</p>
      <div class="cards">
        <Known heading={seesHeading} items={sees} kind="sees" />
        <Known heading={blindHeading} items={blind} kind="blind" />
      </div>
    </section>
  )
}

function Known(props: {
  readonly heading: string
  readonly items: readonly string[]
  readonly kind: 'sees' | 'blind'
}): VNode {
  return (
    <article class={`card ${props.kind}`}>
      <h3>{props.heading}</h3>
      <ul>
        {props.items.map((item) => (
          <li>{item}</li>
        ))}
      </ul>
    </article>
  )
}
