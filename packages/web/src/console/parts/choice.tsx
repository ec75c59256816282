import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useId } from 'preact/hooks'

/** One of a few, from a list that opens. */
export function Choice(props: {
  readonly label: string
  readonly value: Signal<string>
  readonly options: readonly (readonly [value: string, name: string])[]
}): VNode {
  const { label, value, options } = props
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value.value}
        onChange={(event) => (value.value = event.currentTarget.value)}
      >
        {options.map(([each, name]) => (
          <option key={each} value={each} selected={each === value.value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}
