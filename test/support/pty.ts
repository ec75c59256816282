import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { fileURLToPath } from 'node:url'

const HUFU = fileURLToPath(new URL('../../packages/cli/bin/hufu.mjs', import.meta.url))

/** What was stopped by Ctrl-Z (128 and SIGTSTP) goes on at once, as by `fg`; its exit code is that of all. */
const RESUME = 'code=$?; [ $code = 148 ] && { fg; code=$?; }; exit $code'

/** A `hufu` at a terminal, as a person has it. */
export interface AtTerminal {
  /** Types it, as it is: `\r` is the return key, `\u0003` Ctrl-C. */
  type(keys: string): void
  /** All that was written to the terminal so far, without what moves the cursor. */
  readonly shown: string
  /** Resolves when `text` is shown behind all that was waited for before; rejects if the process ends without it. */
  sees(text: string): Promise<void>
  /** The exit code. */
  readonly ended: Promise<number | null>
  kill(): void
}

/**
 * Starts `hufu` at a pseudo-terminal of 100 columns, by util-linux’s `script` (the Debian package bsdutils). Arguments are words without blanks or quotes.
 *
 * @param env environment variables to add
 */
export function atTerminal(line: string, env: Readonly<Record<string, string>> = {}): AtTerminal {
  const command = `set -m; stty rows 40 cols 100; '${process.execPath}' '${HUFU}' ${line}; ${RESUME}`
  const child = spawn(
    'script',
    ['--quiet', '--return', '--flush', '--command', command, '/dev/null'],
    {
      env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let shown = ''
  let seen = 0
  let isOver = false
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const one of waiting) one()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += stripVTControlCharacters(text).replaceAll('\r', '')
    look()
  })
  child.stdin.on('error', () => undefined) // it has ended, and `ended` says how
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      isOver = true
      look()
      resolve(code)
    })
  })
  return {
    type: (keys) => void child.stdin.write(keys),
    get shown() {
      return shown
    },
    sees: (text) =>
      new Promise((resolve, reject) => {
        const one = (): void => {
          const at = shown.indexOf(text, seen)
          if (at >= 0) {
            seen = at + text.length
            resolve()
          } else if (isOver)
            reject(new Error(`it ended without ${JSON.stringify(text)}:\n${shown}`))
          else return
          waiting.delete(one)
        }
        waiting.add(one)
        one()
      }),
    ended,
    kill: () => void child.kill('SIGKILL'),
  }
}
