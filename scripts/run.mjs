import { spawn } from 'node:child_process'
import { environment, giveUp, ROOT } from './ready.mjs'

/**
 * Runs a program in the repository's root with our terminal, hands on signals, waits for its end.
 *
 * @param {string} program path of the program
 * @param {readonly string[]} args
 * @param {Record<string, string>} [extra] environment variables to add
 * @returns {Promise<number>} its exit code; 128 and the signal's usual share if a signal ended it
 */
export function run(program, args, extra = {}) {
  return new Promise((resolve) => {
    const env = { ...environment(), ...extra }
    const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', env })
    const passOn = (signal) => child.kill(signal)
    for (const signal of SIGNALS) process.on(signal, passOn)
    child.on('error', (error) => giveUp(`${program} could not be started: ${error.message}`))
    child.on('exit', (code, signal) => {
      for (const each of SIGNALS) process.off(each, passOn)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
