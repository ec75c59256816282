import { readFileSync } from 'node:fs'

/** This hufu's version, as its package has it. */
export function versionOfServer(): string {
  const manifest = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version
}
