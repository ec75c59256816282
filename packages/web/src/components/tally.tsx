import type { VNode } from 'preact'
import { text } from '../state/language.ts'

/** The tally: two striped halves with a toothed seam between them. `fitting`: they are just finding each other. */
export function Tally(props: { readonly fitting?: boolean }): VNode {
  const kind = props.fitting === true ? 'tally fitting' : 'tally'
  return (
    <svg class={kind} viewBox="0 0 240 200" role="img" aria-label={text.value.tally}>
      <g class="left">
        <path d="M112 22 H62 a38 38 0 0 0 -38 38 v80 a38 38 0 0 0 38 38 H112 V152 H132 V126 H112 V100 H132 V74 H112 Z" />
        <path class="stripe" d="M24 78 q26 4 44 -12" />
        <path class="stripe" d="M24 104 q34 4 58 -10" />
        <path class="stripe" d="M24 130 q26 4 44 -8" />
        <path class="stripe" d="M70 22 q2 16 -8 28" />
        <path class="stripe" d="M70 178 q2 -14 -8 -26" />
      </g>
      <g class="right">
        <path d="M120 22 H178 a38 38 0 0 1 38 38 v80 a38 38 0 0 1 -38 38 H120 V160 H140 V118 H120 V108 H140 V66 H120 Z" />
        <path class="stripe" d="M216 78 q-26 4 -44 -12" />
        <path class="stripe" d="M216 104 q-34 4 -58 -10" />
        <path class="stripe" d="M216 130 q-26 4 -44 -8" />
        <path class="stripe" d="M170 22 q-2 16 8 28" />
        <path class="stripe" d="M170 178 q-2 -14 8 -26" />
      </g>
    </svg>
  )
}
