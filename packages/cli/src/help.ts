import { COMMAND_NAMES, COMMANDS, type CommandName } from './usage.ts'

/** Columns of a help text. */
const WIDTH = 96

/** What `hufu help` prints. */
export function overview(): string {
  const width = Math.max(...COMMAND_NAMES.map((name) => name.length))
  return [
    'hufu gets a secret key to the endpoints that should share it.',
    '',
    'Usage: hufu COMMAND [OPTION…]',
    '',
    ...COMMAND_NAMES.map((name) => `  ${name.padEnd(width)}  ${COMMANDS[name].about}`),
    '',
    '`hufu help COMMAND` shows the options of one. Exit codes are in docs/operations.md.',
    '',
  ].join('\n')
}

/** What `hufu help COMMAND` and `hufu COMMAND --help` print. */
export function commandHelp(name: CommandName): string {
  const { lines, about, options, notes } = COMMANDS[name]
  const heads = options.map(
    ({ name, label }) => `--${name}${label === undefined ? '' : ` ${label}`}`,
  )
  const width = Math.max(...heads.map((head) => head.length))
  return [
    about,
    '',
    ...lines.map((line, at) => `${at === 0 ? 'Usage:' : '      '} hufu ${line}`),
    '',
    ...options.map((option, at) => `  ${heads[at]!.padEnd(width)}  ${option.about}`),
    ...notes.flatMap((note) => ['', wrap(note)]),
    '',
  ].join('\n')
}

function wrap(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
