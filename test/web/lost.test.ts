import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { en } from '../../packages/web/src/strings/en.ts'
import { proxyTo, type Proxy } from '../support/proxy.ts'
import { startApp, temporaryFolder } from './support/app.ts'
import { needsBrowser } from './support/browser.ts'
import { octetsOf, send, take } from './support/transfer.ts'
import {
  compare,
  conversation,
  delivered,
  hears,
  leaveSession,
  meetByCode,
  pairVisitors,
  say,
  sessionOver,
  talking,
  visit,
  wordsOf,
} from './support/visitor.ts'

test('what is lost comes back', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startApp(t)

  await t.test(
    'the server is killed and starts again: nothing is lost, nothing twice',
    async () => {
      const [opener, joiner] = await pairVisitors(app)
      await say(opener, 'before')
      await hears(joiner, 'before')
      await app.served.kill()
      await opener.page.getByText(en.talk.serverLostLong).waitFor()
      await say(opener, 'said offline')
      await say(joiner, 'said offline too')
      await app.served.restart()
      await hears(joiner, 'said offline')
      await hears(opener, 'said offline too')
      await delivered(opener)
      await delivered(joiner)
      assert.deepEqual((await conversation(joiner)).toSorted(), [
        'me: said offline too',
        'other: before',
        'other: said offline',
      ])
      await Promise.all([opener.leave(), joiner.leave()])
    },
  )

  await t.test('one is offline for a while, and the other sees it', async (t) => {
    // A browser that is told to be offline opens nothing new, but keeps what is open.
    const line = await proxyTo(app.served.origin)
    t.after(() => line.close())
    const [opener, joiner] = [await visit(app), await visit(app, { origin: line.origin })]
    await meetByCode(opener, joiner)
    await joiner.page.context().setOffline(true)
    line.cut()
    await joiner.page.getByText(en.talk.serverLost, { exact: true }).waitFor()
    await opener.page.getByText(en.talk.away, { exact: true }).waitFor()
    await say(opener, 'meanwhile')
    await joiner.page.context().setOffline(false)
    await hears(joiner, 'meanwhile')
    await opener.page.getByText(en.talk.here, { exact: true }).waitFor()
    await Promise.all([opener.leave(), joiner.leave()])
  })

  await t.test('either page is reloaded: it looks as before, and the session goes on', async () => {
    const [opener, joiner] = await pairVisitors(app)
    const words = await wordsOf(opener)
    await compare(opener)
    await compare(joiner)
    await say(opener, 'one')
    await say(joiner, 'two')
    await hears(opener, 'two')
    await delivered(opener)
    for (const [reloaded, other] of [
      [opener, joiner],
      [joiner, opener],
    ] as const) {
      const before = await conversation(reloaded)
      await reloaded.page.reload()
      await talking(reloaded)
      assert.deepEqual(await conversation(reloaded), before)
      await reloaded.page.getByText(words.join(' ')).waitFor()
      await say(other, `welcome back ${before.length}`)
      await hears(reloaded, `welcome back ${before.length}`)
      await say(reloaded, `here I am ${before.length}`)
      await hears(other, `here I am ${before.length}`)
      await delivered(reloaded)
    }
    await leaveSession(opener)
    await sessionOver(joiner)
    await joiner.page.reload()
    await joiner.page.getByRole('button', { name: en.home.openButton }).waitFor()
    await Promise.all([opener.leave(), joiner.leave()])
  })

  /** A line that stalls once terminals have sent so many octets, and when it has. */
  const stallingAfter = async (most: number): Promise<readonly [Proxy, Promise<void>]> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let sent = 0
    const line = await proxyTo(app.served.origin, (octets, direction) => {
      const before = sent
      if (direction === 'up') sent += octets.length
      if (before < most && sent >= most) {
        line.stall()
        resolve()
      }
      return octets
    })
    return [line, promise]
  }

  await t.test('a file goes on where the receiver’s page was closed', async (t) => {
    const [line, stalled] = await stallingAfter(10_000_000)
    t.after(() => line.close())
    const [sender, receiver] = [await visit(app, { origin: line.origin }), await visit(app)]
    await meetByCode(receiver, sender)
    const folder = await temporaryFolder(t)
    const octets = randomBytes(20_000_000)
    await writeFile(join(folder, 'long.bin'), octets)
    await send(sender, join(folder, 'long.bin'))
    await receiver.page.getByRole('button', { name: `${en.file.accept}: long.bin` }).click()
    await stalled
    await receiver.page.locator('progress:not([value="0"])').waitFor()
    receiver.page.on('dialog', (dialog) => void dialog.accept())
    await receiver.page.reload()
    await talking(receiver)
    assert.ok((await receiver.page.evaluate<number>(STORED_OCTETS)) > 0)
    line.resume()
    const download = await take(receiver, 'long.bin') // it is offered again by itself
    assert.deepEqual(await octetsOf(download), octets)
    await Promise.all([sender.leave(), receiver.leave()])
  })
})

/** Octets of what has been received, as they stand in the browser's own file system. */
const STORED_OCTETS = `(async () => {
  let octets = 0
  const received = await (await navigator.storage.getDirectory()).getDirectoryHandle('received')
  for await (const part of received.values())
    for await (const file of part.values()) octets += (await file.getFile()).size
  return octets
})()`
