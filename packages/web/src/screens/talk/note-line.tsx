import type { VNode } from 'preact'
import { text } from '../../state/language.ts'
import type { ShownLine } from '../../state/lines.ts'

/** Something that happened in between. */
export function NoteLine(props: { readonly shown: Extract<ShownLine, { kind: 'note' }> }): VNode {
  return <li class="note">{noteText(props.shown)}</li>
}

function noteText({ note, name }: Extract<ShownLine, { kind: 'note' }>): string {
  const { paired, returned, finished, wish, remembering, remembered } = text.value.talk
  switch (note) {
    case 'paired':
      return paired(name)
    case 'compared':
      return text.value.words.compared
    case 'returned':
      return returned
    case 'finished':
      return finished
    case 'remembering':
      return remembering(name)
    case 'wish':
      return wish
    case 'remembered':
      return remembered(name)
  }
}
