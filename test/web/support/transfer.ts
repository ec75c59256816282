import { readFile } from 'node:fs/promises'
import type { Download, Locator } from 'playwright-core'
import { en } from '../../../packages/web/src/strings/en.ts'
import type { Visitor } from './visitor.ts'

/** What the visitor would send, by the button for files or, for a path of a folder, by that for folders. */
export async function send(
  { page }: Visitor,
  what: string | readonly string[],
  kind: 'files' | 'folder' = 'files',
): Promise<void> {
  const input = page.locator('input[type=file]').nth(kind === 'files' ? 0 : 1)
  await input.setInputFiles(typeof what === 'string' ? what : [...what])
}

/** The line of a file or folder of this name, on the visitor's page. */
export function fileLine({ page }: Visitor, name: string): Locator {
  return page.locator('.bubble.file').filter({ has: page.getByText(name, { exact: true }) })
}

/** Takes what was offered, to the downloads, and gives what the browser downloaded. */
export async function take(visitor: Visitor, name: string): Promise<Download> {
  const downloaded = visitor.page.waitForEvent('download')
  await press(visitor, name, en.file.accept)
  return downloaded
}

/** Presses a button of a file's line. */
export async function press(visitor: Visitor, name: string, label: string): Promise<void> {
  const button = { name: `${label}: ${name}`, exact: true }
  await fileLine(visitor, name).getByRole('button', button).click()
}

/** Resolves when a file's line says so. */
export async function says(visitor: Visitor, name: string, text: string): Promise<void> {
  await fileLine(visitor, name).getByText(text, { exact: true }).waitFor()
}

/** The octets that were downloaded. */
export async function octetsOf(download: Download): Promise<Buffer> {
  return readFile(await download.path())
}
