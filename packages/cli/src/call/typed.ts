/** A line that somebody typed in a call: something to say, or something to do. */
export type Typed =
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'send'; readonly path: string }
  | { readonly do: 'accept'; readonly directory: string }
  | { readonly do: 'invite' | 'remove' | 'hand'; readonly users: readonly string[] }
  | {
      readonly do:
        'decline' | 'answer' | 'reject' | 'hop' | 'leave' | 'end' | 'who' | 'code' | 'help'
    }
  | { readonly do: 'unknown'; readonly word: string }

/** What `/help` shows. */
export const TYPED_HELP: readonly string[] = [
  '/who            who is in the call, and how they are verified',
  '/code           what all can compare aloud',
  '/send PATH      send a file to all',
  '/accept [DIR]   take the file that is offered, into DIR or this folder',
  '/decline        do not take it',
  '/leave          leave (so does Ctrl-D); a host hands over to the next; Ctrl-C leaves at once',
  '//text          say "/text"',
  'when somebody else calls:',
  '/answer         leave, and take that call',
  '/reject         decline it',
  'for the host:',
  '/invite USER…   have more people rung',
  '/remove USER    take somebody out, or stop ringing them',
  '/hand USER      make somebody else the host',
  '/hop            change the key now',
  '/end            end the call for all',
]

/** Reads a typed line: a slash begins a command, two a text that begins with one. */
export function readTyped(line: string): Typed {
  if (!line.startsWith('/')) return { do: 'say', text: line }
  if (line.startsWith('//')) return { do: 'say', text: line.slice(1) }
  const [, word = '', rest = ''] = /^\/(\S*)\s*(.*?)\s*$/s.exec(line) ?? []
  const users = rest.split(/[\s,]+/).filter((one) => one !== '')
  switch (word) {
    case 'send':
      return rest === '' ? { do: 'help' } : { do: 'send', path: rest }
    case 'accept':
      return { do: 'accept', directory: rest === '' ? '.' : rest }
    case 'invite':
      return users.length === 0 ? { do: 'help' } : { do: 'invite', users }
    case 'remove':
    case 'hand':
      return users.length === 1 ? { do: word, users } : { do: 'help' }
    case 'quit':
      return { do: 'leave' }
    case 'decline':
    case 'answer':
    case 'reject':
    case 'hop':
    case 'leave':
    case 'end':
    case 'who':
    case 'code':
    case 'help':
      return { do: word }
    default:
      return { do: 'unknown', word }
  }
}
