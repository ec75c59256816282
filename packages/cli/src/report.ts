import { HufuError, isErrorCode, type ErrorCode } from '@hufu/protocol/wire'
import { EXIT_OF, type ExitCode } from './exit.ts'
import { MESSAGES } from './messages.ts'
import type { Output } from './output.ts'

/**
 * Tells of what was thrown, on stderr or as an event; the exit code it asks for.
 *
 * @param where what shows how it is said right: by default the help of the command that runs
 */
export async function report(
  thrown: unknown,
  output: Output,
  where: string = helpOf(output),
): Promise<ExitCode> {
  const error = known(thrown)
  const { what, next: advice } = MESSAGES[error.code]
  const next = error.code === 'ERR_USAGE' ? `See \`${where}\`.` : advice
  const detail = error.message === error.code ? undefined : error.message
  await output.event({
    event: 'error',
    code: error.code,
    message: detail === undefined ? what : `${what}: ${detail}`,
    advice: next,
  })
  output.note(`hufu: ${what} (${error.code})`)
  if (detail !== undefined) output.note(`  ${detail}`)
  output.note(`  ${next}`)
  // Whoever reports a fault of ours needs the place; the texts of our errors hold no secrets.
  if (error.blame === 'bug' || error.blame === 'caller') {
    for (const line of stackOf(thrown).split('\n')) output.note(`    ${line}`)
  }
  return EXIT_OF[error.code]
}

function helpOf({ command }: Output): string {
  return command === undefined || command === 'help' ? 'hufu help' : `hufu help ${command}`
}

function known(thrown: unknown): HufuError {
  if (thrown instanceof HufuError) return thrown
  // A second copy of the protocol, or an error that crossed a boundary: its code still says what it is.
  const code = codeOf(thrown)
  return new HufuError(code ?? 'ERR_INTERNAL', thrown instanceof Error ? thrown.message : undefined)
}

function codeOf(thrown: unknown): ErrorCode | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return typeof code === 'string' && isErrorCode(code) ? code : undefined
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
