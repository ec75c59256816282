import type { VNode } from 'preact'
import { Command } from './command.tsx'
import { commandsFor } from './commands.ts'
import { text } from './language.ts'
import { withCode } from './with-code.tsx'

/** Files, and meeting by name. */
export function More(): VNode {
  const { heading, file, sender, receiver, name, waiting, calling } = text.value.more
  const commands = commandsFor(location.origin)
  return (
    <section aria-labelledby="more">
      <h2 id="more">{heading}</h2>
      <div class="cards">
        <article class="card">
          <h3>{file.heading}</h3>
          <p>{withCode(file.body)}</p>
          <Command label={sender} line={commands.send} />
          <Command label={receiver} line={commands.receive} />
        </article>
        <article class="card">
          <h3>{name.heading}</h3>
          <p>{withCode(name.body)}</p>
          <Command label={waiting} line={commands.wait} />
          <Command label={calling} line={commands.call} />
        </article>
      </div>
    </section>
  )
}
