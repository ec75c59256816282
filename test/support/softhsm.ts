import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** SoftHSM's library, where Debian has it. */
export const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
export const PIN = '481516'
/** Label of the token. */
export const TOKEN = 'hufu test'

/** A folder with tokens of SoftHSM. This process and those that it starts use it, one folder a process. */
export interface SoftHsm {
  readonly folder: string
  /** Makes a configuration of the same tokens with something more in it: its path, for SOFTHSM2_CONF. */
  config(name: string, more?: string): string
  /** Makes a token of this label. */
  init(label: string): void
  /** Takes the tokens out. */
  takeOut(): void
  /** Puts them in again. */
  putBack(): void
  /** Another program's use of the token {@link TOKEN}: pkcs11-tool with these arguments, logged in; what it prints. */
  tool(args: readonly string[], pin?: string): string
  remove(): void
}

/** Sets up SoftHSM; its tokens need the package itself. */
export function softHsm(): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-softhsm-'))
  const tokens = join(folder, 'tokens')
  const drawer = join(folder, 'drawer')
  mkdirSync(tokens)
  const config = (name: string, more = ''): string => {
    const path = join(folder, name)
    writeFileSync(path, `directories.tokendir = ${tokens}\nlog.level = ERROR\n${more}`)
    return path
  }
  process.env['SOFTHSM2_CONF'] = config('softhsm2.conf')
  return {
    folder,
    config,
    init(label) {
      const args = ['--init-token', '--free', '--label', label, '--pin', PIN, '--so-pin', '8765']
      execFileSync('softhsm2-util', args, { stdio: 'pipe' })
    },
    takeOut() {
      cpSync(tokens, drawer, { recursive: true })
      rmSync(tokens, { recursive: true })
      mkdirSync(tokens)
    },
    putBack: () => cpSync(drawer, tokens, { recursive: true }),
    tool(args, pin = PIN) {
      const at = ['--module', MODULE, '--token-label', TOKEN, '--login', '--pin', pin]
      return execFileSync('pkcs11-tool', [...at, ...args], { stdio: 'pipe', encoding: 'utf8' })
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
