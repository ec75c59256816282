import type { ComponentChildren, VNode } from 'preact'
import { Command } from '../components/command.tsx'
import { Heading } from '../components/heading.tsx'
import { withCode } from '../components/with-code.tsx'
import { text } from '../state/language.ts'
import { serverUrl } from '../state/server.ts'

/** The code and the name that stand in examples. */
const CODE = '4821-tango-orbit-lilac'
const NAME = 'workshop'

/** Where this page comes from, what its server sees, and the same from a shell. */
export function About(): VNode {
  const { heading, origin, fromOrigin, otherServer, server, shell } = text.value.about
  const { seesHeading, sees, blindHeading, blind, opens, joins, sends, receives, waits, rings } =
    text.value.about
  const url = serverUrl()
  const line = (...rest: readonly string[]): string =>
    ['npx hufu pair', ...rest, '--server', url].join(' ')
  return (
    <div class="about">
      <Heading>{heading}</Heading>
      <Part id="origin" heading={origin.heading}>
        <p class="lead">{fromOrigin(location.origin)}</p>
        {url !== location.origin && <p>{otherServer(url)}</p>}
        <p>{withCode(origin.body)}</p>
      </Part>
      <Part id="server" heading={server.heading}>
        <p>{server.body}</p>
        <div class="cards">
          <Known heading={seesHeading} items={sees} kind="sees" />
          <Known heading={blindHeading} items={blind} kind="blind" />
        </div>
      </Part>
      <Part id="shell" heading={shell.heading}>
        <p>{shell.body}</p>
        <div class="commands">
          <Command label={opens} line={line()} />
          <Command label={joins} line={line(CODE)} />
          <Command label={sends} line={line('--send', 'photo.jpg')} />
          <Command label={receives} line={line(CODE, '--receive', 'inbox')} />
          <Command label={waits} line={line('--listen', '--as', NAME)} />
          <Command label={rings} line={line('--to', NAME)} />
        </div>
      </Part>
    </div>
  )
}

function Part(props: {
  readonly id: string
  readonly heading: string
  readonly children: ComponentChildren
}): VNode {
  return (
    <section aria-labelledby={props.id}>
      <h2 id={props.id}>{props.heading}</h2>
      {props.children}
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
          <li key={item}>{item}</li>
        ))}
      </ul>
    </article>
  )
}
