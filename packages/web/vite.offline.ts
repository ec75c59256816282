import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** The service worker's file: at the top, since it serves only what lies below it. */
const WORKER = 'sw.js'
/** Files that nobody needs without a network, nor before they are an operator: they are not kept for those who pair. */
const CONSOLE = /^(?:console\.html|assets\/console-.*)$/

/**
 * Tells the service worker which files the build has, and writes `integrity.json`: the SHA-256 of every file by its path,
 * in the form of an `integrity` attribute (https://www.w3.org/TR/sri/), so that a copy elsewhere can be checked.
 *
 * @param publicFolder whose files Vite copies as they are
 */
export function offline(publicFolder: string): Plugin {
  return {
    name: 'hufu-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files = new Map<string, string>()
        for (const name of readdirSync(publicFolder))
          files.set(name, integrityOf(readFileSync(join(publicFolder, name))))
        for (const output of Object.values(bundle))
          if (output.fileName !== WORKER)
            files.set(
              output.fileName,
              integrityOf(output.type === 'chunk' ? output.code : output.source),
            )
        const list = Object.fromEntries([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
        const worker = bundle[WORKER]
        if (worker?.type !== 'chunk' || worker.imports.length > 0)
          this.error('the service worker must be one script')
        const version = createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 16)
        const kept = Object.fromEntries(
          Object.entries(list).filter(([path]) => !CONSOLE.test(path)),
        )
        worker.code = `const HUFU_FILES=${JSON.stringify(kept)},HUFU_VERSION="${version}";${worker.code}`
        const whole = { ...list, [WORKER]: integrityOf(worker.code) }
        const source = `${JSON.stringify({ version, files: whole }, null, 2)}\n`
        this.emitFile({ type: 'asset', fileName: 'integrity.json', source })
      },
    },
  }
}

function integrityOf(content: string | Uint8Array): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`
}
