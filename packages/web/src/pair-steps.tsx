import type { ComponentChildren, VNode } from 'preact'
import { Command } from './command.tsx'
import { commandsFor, EXAMPLE } from './commands.ts'
import { text } from './language.ts'
import type { Step } from './text/text.ts'
import { withCode } from './with-code.tsx'

/** How two people pair their shells, in four steps. */
export function PairSteps(): VNode {
  const { heading, intro, open, say, type, compare } = text.value.pair
  const commands = commandsFor(location.origin)
  return (
    <section aria-labelledby="pair">
      <h2 id="pair">{heading}</h2>
      <p class="intro">{intro}</p>
      <ol class="steps">
        <OneStep step={open}>
          <Command line={commands.open} />
        </OneStep>
        <OneStep step={say}>
          <Code />
        </OneStep>
        <OneStep step={type}>
          <Command line={commands.join} />
        </OneStep>
        <OneStep step={compare} />
      </ol>
    </section>
  )
}

function OneStep(props: { readonly step: Step; readonly children?: ComponentChildren }): VNode {
  return (
    <li>
      <h3>{props.step.heading}</h3>
      <p>{withCode(props.step.body)}</p>
      {props.children}
    </li>
  )
}

/** The example code, with who knows which part. */
function Code(): VNode {
  const { number, words } = text.value.pair
  return (
    <dl class="code" translate={false}>
      <div class="number">
        <dt>{number}</dt>
        <dd>{EXAMPLE.number}</dd>
      </div>
      <div class="words">
        <dt>{words}</dt>
        <dd>{EXAMPLE.words}</dd>
      </div>
    </dl>
  )
}
