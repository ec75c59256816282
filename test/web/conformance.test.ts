import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { readFixtures } from '../../packages/protocol/src/crypto/conformance/fixtures.testing.ts'
import { launch, needsBrowser } from './support/browser.ts'
import { bundle } from './support/bundle.ts'
import type { Outcome } from './support/conformance.page.ts'

const ORIGIN = 'http://localhost'

test('the cryptography computes what the fixtures say in a real browser', async (t) => {
  if (!needsBrowser(t)) return
  const script = await bundle(new URL('./support/conformance.page.ts', import.meta.url))
  const browser = await launch(t)
  const page = await browser.newPage()
  await page.route('**/*', (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({
          contentType: 'text/html',
          body: '<!doctype html><title>conformance</title>',
        }),
  )
  await page.goto(ORIGIN)

  await t.test('every check passes', async () => {
    const { backend, passed, failed } = await run(page, false)
    assert.equal(backend, 'noble')
    assert.deepEqual(failed, [])
    assert.ok(passed > 300, `only ${passed} checks ran`)
  })

  await t.test('a primitive that takes any signature is found', async () => {
    const { failed } = await run(page, true)
    assert.ok(failed.some((name) => name.startsWith('signature')))
  })
})

function run(page: Page, faulty: boolean): Promise<Outcome> {
  const vectors = readFixtures()
  return page.evaluate(
    async ([vectors, faulty]) => {
      const address: string = '/conformance.js'
      const { run } = (await import(address)) as {
        run(vectors: object, faulty: boolean): Outcome
      }
      return run(vectors, faulty)
    },
    [vectors, faulty] as const,
  )
}
