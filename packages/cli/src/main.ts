import { readArguments, usage, type Arguments } from './arguments.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { nearest } from './nearest.ts'
import { createOutput, type Output } from './output.ts'
import { report } from './report.ts'
import { COMMAND_NAMES, COMMANDS, type CommandName } from './usage.ts'

/** What a command's file exports. */
interface Command {
  readonly run: (args: Arguments, output: Output) => Promise<ExitCode>
}

/** Loaded only when asked for: `pair` must not wait for the server's files. */
const COMMAND_FILES: Readonly<Record<Exclude<CommandName, 'help'>, () => Promise<Command>>> = {
  pair: async () => import('./commands/pair.ts'),
  call: async () => import('./commands/call.ts'),
  answer: async () => import('./commands/answer.ts'),
  contacts: async () => import('./commands/contacts.ts'),
  key: async () => import('./commands/key.ts'),
  signin: async () => import('./commands/signin.ts'),
  whoami: async () => import('./commands/whoami.ts'),
  release: async () => import('./commands/release.ts'),
  terminal: async () => import('./commands/terminal.ts'),
  serve: async () => import('./commands/serve.ts'),
  authority: async () => import('./commands/authority.ts'),
  config: async () => import('./commands/config.ts'),
  audit: async () => import('./commands/audit.ts'),
  vault: async () => import('./commands/vault.ts'),
  backup: async () => import('./commands/backup.ts'),
  restore: async () => import('./commands/restore.ts'),
  doctor: async () => import('./commands/doctor.ts'),
  admin: async () => import('./commands/admin.ts'),
  token: async () => import('./commands/token.ts'),
  user: async () => import('./commands/user.ts'),
  issuer: async () => import('./commands/issuer.ts'),
  web: async () => import('./commands/web.ts'),
  version: async () => import('./commands/version.ts'),
}

/** Commands that take every setting of the server as a flag. */
const WITH_SETTINGS: ReadonlySet<CommandName> = new Set([
  'serve',
  'authority',
  'config',
  'vault',
  'backup',
  'restore',
  'doctor',
])

/** Milliseconds that a reader who has stopped reading can hold up the end. Our choice. */
const FLUSH_MS = 1_000

const argv = process.argv.slice(2)
const output = createOutput(
  argv.includes('--json'),
  COMMAND_NAMES.find((name) => name === argv[0]),
)
process.on('uncaughtException', (error) => void fail(error))
process.on('unhandledRejection', (error) => void fail(error))
try {
  await end(await run(argv))
} catch (error) {
  await fail(error)
}

async function run([word, ...rest]: readonly string[]): Promise<ExitCode> {
  if (word === undefined) {
    const { overview } = await import('./help.ts')
    process.stderr.write(overview())
    return EXIT.usage
  }
  const name = commandOf(word)
  if (name === 'help' || rest.includes('--help') || rest.includes('-h')) return showHelp(name, rest)
  const { options, operands } = COMMANDS[name]
  const settings = WITH_SETTINGS.has(name) ? await settingOptions() : []
  const args = readArguments(rest, [...options, ...settings], operands)
  const command = await COMMAND_FILES[name]()
  return command.run(args, output)
}

function commandOf(word: string): CommandName {
  if (word === '--help' || word === '-h') return 'help'
  if (word === '--version' || word === '-V') return 'version'
  const name = COMMAND_NAMES.find((each) => each === word)
  if (name !== undefined) return name
  const near = nearest(word, COMMAND_NAMES)
  throw usage(`there is no command ${word}${near === undefined ? '' : `; did you mean ${near}?`}`)
}

async function showHelp(name: CommandName, rest: readonly string[]): Promise<ExitCode> {
  const { commandHelp, overview } = await import('./help.ts')
  const [topic] = rest.filter((word) => !word.startsWith('-'))
  if (name !== 'help') await output.print(commandHelp(name))
  else await output.print(topic === undefined ? overview() : commandHelp(commandOf(topic)))
  return EXIT.success
}

async function settingOptions(): Promise<Parameters<typeof readArguments>[1]> {
  const { settingOptions } = await import('./settings.ts')
  return settingOptions()
}

async function fail(error: unknown): Promise<never> {
  return end(await report(error, output))
}

/** Ends the process, whatever may still be open, once everything that was said is out. */
async function end(code: ExitCode): Promise<never> {
  output.screen.status(undefined)
  const flushed = [process.stdout, process.stderr].map(
    async (stream) => new Promise((resolve) => stream.write('', resolve)),
  )
  const patience = new Promise((resolve) => setTimeout(resolve, FLUSH_MS))
  await Promise.race([Promise.all(flushed), patience])
  return process.exit(code)
}
