import type { ComponentChildren, VNode } from 'preact'
import { Icon } from '../../components/icon.tsx'

/** Names with what each is, in tiles or under one another. */
export function Facts(props: {
  readonly facts: readonly (readonly [
    name: string,
    value: ComponentChildren,
    more?: ComponentChildren,
  ])[]
}): VNode {
  return (
    <dl class="facts">
      {props.facts.map(([name, value, more]) => (
        <div key={name} class="card">
          <dt>{name}</dt>
          <dd>
            {value}
            {more !== undefined && <span class="small">{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A word of state with a sign before it, so that its colour is not all that tells. */
export function State(props: {
  readonly good: boolean
  readonly children: ComponentChildren
}): VNode {
  return (
    <span class={props.good ? 'state good' : 'state bad'}>
      <Icon name={props.good ? 'check' : 'warn'} />
      {props.children}
    </span>
  )
}
