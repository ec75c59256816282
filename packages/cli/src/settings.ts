import { describeConfig, loadConfig, type Config } from '@hufu/server'
import type { Arguments, Option } from './arguments.ts'

/** Every setting of the server that may be given as a flag. */
export function settingOptions(): readonly Option[] {
  return describeConfig(loadConfig()).flatMap(({ flag, about }) =>
    flag === undefined ? [] : [{ name: flag.slice(2), takes: 'one' as const, about }],
  )
}

/**
 * The configuration that a command line, the environment and the file ask for.
 *
 * @throws {HufuError} `ERR_CONFIG`
 */
export function configOf(args: Arguments): Config {
  const flags = Object.fromEntries(settingOptions().map(({ name }) => [name, args.one(name)]))
  return loadConfig({ flags, env: process.env, file: args.one('config') })
}
