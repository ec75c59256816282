import type { Interface } from 'node:readline'
import { plain } from './plain.ts'

/** The lowest line of a terminal, for what changes: progress, or what is being typed. Everything else scrolls above. */
export interface Screen {
  /** Whether there is a terminal to draw on. */
  readonly drawn: boolean
  /** Writes something that scrolls: `write` must leave the cursor at the start of a line. */
  above(write: () => void): void
  /** Shows `text` below everything until it is replaced; `undefined` takes it away. */
  status(text: string | undefined): void
  /** Keeps the line that is typed in `editor` below everything, with the status as its prompt. */
  keep(editor: Editor | undefined): void
}

/** A line that is being typed: a readline, or a question and what is answered. */
export type Editor = Pick<Interface, 'getCursorPos' | 'setPrompt' | 'prompt'> & {
  /** Rows of what is typed above the cursor, as a readline has drawn them: it goes up so many when it draws again. */
  prevRows?: number
}

/** The screen of `stream`; on anything but a terminal it only passes through what scrolls. */
export function screen(stream: NodeJS.WriteStream): Screen {
  if (!stream.isTTY) {
    return {
      drawn: false,
      above: (write) => write(),
      status: () => undefined,
      keep: () => undefined,
    }
  }
  let status: string | undefined
  let editor: Editor | undefined

  /** Some terminals say 0. */
  const columns = (): number => (stream.columns > 0 ? stream.columns : USUAL_COLUMNS)
  const erase = (): void => {
    if (editor === undefined && status === undefined) return
    const rows = editor?.getCursorPos().rows ?? 0
    stream.write(`${rows === 0 ? '' : `\u001B[${rows}A`}\r\u001B[J`) // up, to the left, and clear what is below
    // it is gone: an editor that went up once more would draw over what is written now
    if (editor !== undefined) editor.prevRows = 0
  }
  const draw = (): void => {
    if (editor !== undefined) {
      editor.setPrompt(status === undefined ? '> ' : `${fit(status, columns() - 24)} > `)
      editor.prompt(true)
    } else if (status !== undefined) stream.write(fit(status, columns() - 1))
  }
  return {
    drawn: true,
    above(write) {
      erase()
      write()
      draw()
    },
    status(text) {
      erase()
      status = text
      draw()
    },
    keep(next) {
      erase()
      editor = next
      draw()
    },
  }
}

const USUAL_COLUMNS = 80

function fit(text: string, columns: number): string {
  return plain(text).slice(0, Math.max(10, columns))
}
