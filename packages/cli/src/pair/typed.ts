/** A line that somebody typed: something to say, or something to do. */
export type Typed =
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'send'; readonly path: string }
  | { readonly do: 'accept'; readonly directory: string }
  | { readonly do: 'decline' }
  | { readonly do: 'quit' }
  | { readonly do: 'help' }
  | { readonly do: 'unknown'; readonly word: string }

/** What `/help` shows. */
export const TYPED_HELP: readonly string[] = [
  '/send PATH      send a file or folder',
  '/accept [DIR]   take the file that is offered, into DIR or this folder',
  '/decline        do not take it',
  '/quit           leave (so does Ctrl-D); Ctrl-C leaves at once',
  '//text          say "/text"',
]

/** Reads a typed line: a slash begins a command, two a text that begins with one. */
export function readTyped(line: string): Typed {
  if (!line.startsWith('/')) return { do: 'say', text: line }
  if (line.startsWith('//')) return { do: 'say', text: line.slice(1) }
  const [, word = '', rest = ''] = /^\/(\S*)\s*(.*?)\s*$/s.exec(line) ?? []
  switch (word) {
    case 'send':
      return rest === '' ? { do: 'help' } : { do: 'send', path: rest }
    case 'accept':
      return { do: 'accept', directory: rest === '' ? '.' : rest }
    case 'decline':
      return { do: 'decline' }
    case 'quit':
      return { do: 'quit' }
    case 'help':
      return { do: 'help' }
    default:
      return { do: 'unknown', word }
  }
}
