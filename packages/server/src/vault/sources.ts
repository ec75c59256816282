import { join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import type { Config } from '../config.ts'
import { environmentKey } from './master/environment.ts'
import { keyFile } from './master/file.ts'
import { readPrivate } from './master/private-file.ts'
import type { MasterKeySource } from './master/source.ts'
import { tokenKey } from './master/token.ts'
import type { MasterKeySources } from './opening.ts'
import { tokenClient, type TokenClient } from './token/client.ts'

/** Where the configuration says that the master keys are, and how to let go of them. */
export interface ConfiguredSources extends MasterKeySources {
  close(): Promise<void>
}

/**
 * The places that the configuration names. Nothing is read before it is asked for.
 *
 * @throws {HufuError} `ERR_CONFIG` if one key is said to be in two places, or a token is named by half.
 */
export function masterKeySources(config: Config): ConfiguredSources {
  // one connection to the token, whichever of its keys is wanted
  let client: TokenClient | undefined
  const inToken = (label: string): MasterKeySource =>
    tokenKey((client ??= tokenClient(tokenOf(config))), label)
  const current =
    oneOf(
      [
        ['masterKey', config.masterKey, (key) => environmentKey('HUFU_MASTER_KEY', key)],
        ['masterKeyFile', config.masterKeyFile, keyFile],
        ['pkcs11Key', config.pkcs11Key, inToken],
      ],
      'the master key is',
    ) ?? keyFile(join(config.data, 'master.key'))
  const next = oneOf(
    [
      ['nextMasterKey', config.nextMasterKey, (key) => environmentKey('HUFU_NEXT_MASTER_KEY', key)],
      ['nextMasterKeyFile', config.nextMasterKeyFile, keyFile],
      ['nextPkcs11Key', config.nextPkcs11Key, inToken],
    ],
    'the next master key is',
  )
  return { current, next, close: async () => client?.close() }
}

type Choice = readonly [
  setting: keyof Config,
  value: string,
  source: (value: string) => MasterKeySource,
]

function oneOf(choices: readonly Choice[], what: string): MasterKeySource | undefined {
  const [given, second] = choices.filter(([, value]) => value !== '')
  if (given !== undefined && second !== undefined)
    throw new HufuError('ERR_CONFIG', `${what} in one place: leave out ${given[0]} or ${second[0]}`)
  return given?.[2](given[1])
}

/**
 * The token that the configuration names.
 *
 * @throws {HufuError} `ERR_CONFIG` if it is named by half.
 */
export function tokenOf(config: Config): Parameters<typeof tokenClient>[0] {
  const {
    pkcs11Module: module,
    pkcs11Token: label,
    pkcs11Pin: pin,
    pkcs11PinFile: pinFile,
  } = config
  if (module === '' || label === '')
    throw new HufuError(
      'ERR_CONFIG',
      'a key in a token needs pkcs11-module (its library) and pkcs11-token (its label)',
    )
  if ((pin === '') === (pinFile === ''))
    throw new HufuError(
      'ERR_CONFIG',
      'the PIN of the token comes from HUFU_PKCS11_PIN or from pkcs11-pin-file, one of them',
    )
  return { module, label, pin: async () => (pin === '' ? pinIn(pinFile) : pin) }
}

/** The PIN in a file of mode 600. */
async function pinIn(path: string): Promise<string> {
  const line = await readPrivate(path)
  if (line === undefined) throw new HufuError('ERR_VAULT_FILE', `${path}: there is no such file`)
  return line.replace(/\r?\n$/, '')
}
