import type { TestContext } from 'node:test'
import { isInstalled } from '../../scripts/debian.mjs'

/**
 * Whether a test can run here. If the Debian package is missing, the test is skipped and says which.
 *
 * @param name a package of the table in scripts/debian.mjs; any other throws
 */
export function needs(t: TestContext, name: string): boolean {
  if (isInstalled(name)) return true
  t.skip(`needs the Debian package ${name}`)
  return false
}
