import type { CliEvent } from './events.ts'
import { plain } from './tty/plain.ts'
import { screen, type Screen } from './tty/screen.ts'
import type { CommandName } from './usage.ts'

/** Where everything goes that a command says: results to stdout, all else to stderr. */
export interface Output {
  readonly json: boolean
  /** The command that was typed, if there is one of that name. */
  readonly command?: CommandName | undefined
  readonly screen: Screen
  /**
   * A line received, to stdout. Resolves when the system has taken it, so that a reader who is slow slows down the sender.
   * Resolves false if nobody reads any more.
   */
  line(text: string): Promise<boolean>
  /** An event, to stdout, with `--json` only. Resolves as {@link line}. */
  event(event: CliEvent): Promise<boolean>
  /** Something for the person at the terminal, to stderr, without `--json` only. */
  note(text: string): void
  /** Text as it is, to stdout, for help and lists. */
  print(text: string): Promise<boolean>
}

/** The output of this process, which runs `command`. */
export function createOutput(json: boolean, command?: CommandName): Output {
  const { stdout, stderr } = process
  const shown = screen(stderr)
  let closed = false
  stdout.on('error', () => {
    closed = true // whoever writes next is told
  })
  stderr.on('error', () => undefined) // nobody reads notices: no reason to stop

  const write = async (text: string): Promise<boolean> => {
    if (closed) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    shown.above(() => stdout.write(text, (error) => resolve(error === undefined || error === null)))
    // Mostly the system takes it at once; waiting for the callback would cost a turn of the event loop a line.
    return stdout.writableLength === 0 && stdout.errored === null ? true : promise
  }
  return {
    json,
    command,
    screen: shown,
    line: async (text) => write(`${stdout.isTTY ? plain(text) : text}\n`),
    event: async (event) => (json ? write(`${JSON.stringify(event)}\n`) : true),
    note(text) {
      if (!json) shown.above(() => stderr.write(`${plain(text)}\n`))
    },
    print: write,
  }
}
