import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { en } from '../../packages/web/src/strings/en.ts'
import { startApp, temporaryFolder } from './support/app.ts'
import { needsBrowser } from './support/browser.ts'
import { fileLine, send } from './support/transfer.ts'
import { pairVisitors } from './support/visitor.ts'

const MEGABYTE = 1_000_000
/** Milliseconds that a transfer may take before something must be stuck. */
const PATIENCE_MS = 600_000
/** Octets that a page may hold while it sends or receives: what waits, and room for the engine's own ways. */
const HELD_OCTETS = 128 * MEGABYTE

test('large files', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startApp(t)
  const folder = await temporaryFolder(t)

  for (const [name, octets] of [
    ['hundred.bin', 100 * MEGABYTE],
    ['thousand.bin', 1_000 * MEGABYTE],
  ] as const)
    await t.test(
      `of ${octets / MEGABYTE} MB arrive whole, and are never in memory whole`,
      async (t) => {
        const path = join(folder, name)
        const digest = await makeFile(path, octets)
        const [sender, receiver] = await pairVisitors(app)
        await send(sender, path)
        const downloading = receiver.page.waitForEvent('download', { timeout: PATIENCE_MS })
        downloading.catch(() => undefined)
        const began = performance.now()
        await fileLine(receiver, name)
          .getByRole('button', { name: `${en.file.accept}: ${name}`, exact: true })
          .click()
        const held: number[] = []
        let over = false
        const watching = (async () => {
          while (!over)
            held.push(...(await Promise.all([memoryOf(sender.page), memoryOf(receiver.page)])))
        })()
        await fileLine(sender, name)
          .getByText(en.file.sent, { exact: true })
          .waitFor({ timeout: PATIENCE_MS })
        const seconds = (performance.now() - began) / 1_000
        over = true
        await watching
        t.diagnostic(
          `${(octets / MEGABYTE / seconds).toFixed(1)} MB/s, at most ${Math.round(Math.max(...held) / MEGABYTE)} MB held`,
        )
        assert.ok(Math.max(...held) < HELD_OCTETS, `${held.join(', ')} octets were held`)
        const download = await downloading
        assert.equal(await digestOf(await download.path()), digest)
        await download.delete()
        await rm(path)
        await Promise.all([sender.leave(), receiver.leave()])
      },
    )
})

/** Octets of the page and its workers, array buffers and all. */
async function memoryOf(page: Page): Promise<number> {
  return page.evaluate<number>(
    'performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)',
  )
}

/** Writes a file whose every megabyte differs; its SHA-256. */
async function makeFile(path: string, octets: number): Promise<string> {
  const file = await open(path, 'w')
  const hash = createHash('sha256')
  for (let at = 0; at < octets; at += MEGABYTE) {
    const part = Buffer.alloc(MEGABYTE, createHash('sha512').update(String(at)).digest())
    hash.update(part)
    await file.write(part)
  }
  await file.close()
  return hash.digest('hex')
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
