/** The code that the page uses as its example. */
export const EXAMPLE = { number: '4821', words: 'tango-orbit-lilac' } as const

/** The name that the page uses as its example. */
const NAME = 'workshop'

/** What to type in a shell to meet at the server of `origin` (scheme, host, port). */
export interface Commands {
  readonly open: string
  readonly join: string
  readonly send: string
  readonly receive: string
  readonly wait: string
  readonly call: string
}

/** The lines of the page, each with the page's own server in it. */
export function commandsFor(origin: string): Commands {
  const pair = (...rest: readonly string[]): string =>
    ['npx hufu pair', ...rest, '--server', origin].join(' ')
  const code = `${EXAMPLE.number}-${EXAMPLE.words}`
  return {
    open: pair(),
    join: pair(code),
    send: pair('--send', 'photo.jpg'),
    receive: pair(code, '--receive', 'inbox'),
    wait: pair('--listen', '--as', NAME),
    call: pair('--to', NAME),
  }
}
