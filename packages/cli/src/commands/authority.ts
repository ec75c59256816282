import { startAuthority } from '@hufu/server'
import type { Arguments } from '../arguments.ts'
import type { ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { runUntilSignal } from './serve.ts'

/** `hufu authority`: runs an authority apart until a signal ends it. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  return runUntilSignal(startAuthority, args, output)
}
