import type { VNode } from 'preact'

/** Strokes of each icon on a field of 24 by 24. */
const PATHS = {
  send: 'M5 12h13M12 5l7 7-7 7',
  attach:
    'M20 11.5 12.2 19.3a5 5 0 0 1-7.1-7.1l8.2-8.2a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.4-7.4',
  folder: 'M3.5 18.5v-13h6l2 2.5h9v10.5z',
  file: 'M6 3.5h8l4.5 4.5v12.5h-12.5zM14 3.5V8h4.5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 7.5V12l3 2M12 3.5a8.5 8.5 0 1 0 .01 0z',
  warn: 'M12 4 3 19.5h18zM12 10v4.5M12 17v.2',
  down: 'M12 5v13M5.5 12 12 18.5 18.5 12',
  bell: 'M6 16.5v-6a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 20.5h4',
} as const

/** A small picture beside words, or on a button that has a name. */
export function Icon(props: { readonly name: keyof typeof PATHS }): VNode {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[props.name]} />
    </svg>
  )
}
