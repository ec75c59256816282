import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { en } from '../../packages/web/src/strings/en.ts'
import { codeOf, hufu } from '../support/hufu.ts'
import { startApp, temporaryFolder } from './support/app.ts'
import { needsBrowser } from './support/browser.ts'
import { fileLine, octetsOf, press, says, send, take } from './support/transfer.ts'
import {
  joinSession,
  leaveSession,
  openSession,
  pairVisitors,
  sessionOver,
  talking,
  visit,
} from './support/visitor.ts'

test('files and folders', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startApp(t)
  const folder = await temporaryFolder(t)
  const make = async (name: string, octets: Uint8Array | string): Promise<string> => {
    const path = join(folder, name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, octets)
    return path
  }

  await t.test('of 0 octets, of 1, of some hundred thousand, with Chinese names', async () => {
    const [sender, receiver] = await pairVisitors(app)
    const files = {
      'empty.txt': new Uint8Array(0),
      '一.bin': Uint8Array.of(7),
      '照片 虎符.jpg': randomBytes(345_678),
    }
    for (const [name, octets] of Object.entries(files)) await make(name, octets)
    const names = Object.keys(files)
    await send(
      sender,
      names.map((name) => join(folder, name)),
    )
    for (const [name, octets] of Object.entries(files)) {
      const download = await take(receiver, name)
      assert.equal(download.suggestedFilename(), name)
      assert.deepEqual(await octetsOf(download), Buffer.from(octets))
      await says(sender, name, en.file.sent)
      await says(receiver, name, en.file.received)
    }
    const again = receiver.page.waitForEvent('download')
    await press(receiver, '一.bin', en.file.saveAgain)
    assert.deepEqual(await octetsOf(await again), Buffer.of(7))
    assert.deepEqual([...sender.trouble, ...receiver.trouble], [])
    await Promise.all([sender.leave(), receiver.leave()])
  })

  await t.test('a folder arrives as one archive', async () => {
    const [sender, receiver] = await pairVisitors(app)
    const files = { '相册/虎.txt': '虎', '相册/里面/b.bin': 'bbb', '相册/zero': '' }
    for (const [path, text] of Object.entries(files)) await make(path, text)
    await send(sender, join(folder, '相册'), 'folder')
    const download = await take(receiver, '相册')
    assert.equal(download.suggestedFilename(), '相册.zip')
    const archive = await octetsOf(download)
    for (const [path, text] of Object.entries(files)) {
      const at = archive.indexOf(Buffer.from(path))
      assert.ok(at > 0, path)
      assert.equal(archive.readUInt32LE(at - 16), crc32(text), path)
    }
    await says(receiver, '相册', en.file.savedAs('相册.zip'))
    await Promise.all([sender.leave(), receiver.leave()])
  })

  await t.test('a folder and a file that are dropped', async () => {
    const [sender, receiver] = await pairVisitors(app)
    await sender.page.evaluate(DROP)
    assert.equal((await octetsOf(await take(receiver, 'dropped.txt'))).toString(), 'dropped')
    await Promise.all([sender.leave(), receiver.leave()])
  })

  await t.test('declined by the one, cancelled by either', async () => {
    const [sender, receiver] = await pairVisitors(app)
    await send(sender, await make('declined.bin', randomBytes(10)))
    await press(receiver, 'declined.bin', en.file.decline)
    await says(sender, 'declined.bin', en.file.declined)
    await send(sender, await make('withdrawn.bin', randomBytes(10)))
    await fileLine(receiver, 'withdrawn.bin').waitFor()
    await press(sender, 'withdrawn.bin', en.file.cancel)
    await says(receiver, 'withdrawn.bin', en.file.cancelled)
    // Nothing of it stays in the way: the same file can be sent again, and taken.
    await press(sender, 'withdrawn.bin', en.file.sendAgain)
    const lines = fileLine(receiver, 'withdrawn.bin')
    const download = receiver.page.waitForEvent('download')
    await lines
      .last()
      .getByRole('button', { name: `${en.file.accept}: withdrawn.bin` })
      .click()
    assert.equal((await octetsOf(await download)).length, 10)
    await Promise.all([sender.leave(), receiver.leave()])
  })

  await t.test('to a place that the user chooses', async () => {
    const [sender, receiver] = await pairVisitors(app)
    await receiver.page.evaluate(PICKER)
    const octets = randomBytes(200_000)
    await send(sender, await make('chosen.bin', octets))
    await press(receiver, 'chosen.bin', en.file.acceptAt)
    await says(receiver, 'chosen.bin', en.file.savedAs('picked.bin'))
    const stored = await receiver.page.evaluate<string>(`(async () => {
      const root = await navigator.storage.getDirectory()
      const file = await (await root.getFileHandle('picked.bin')).getFile()
      return new Uint8Array(await file.arrayBuffer()).toHex()
    })()`)
    assert.equal(stored, octets.toString('hex'))
    await Promise.all([sender.leave(), receiver.leave()])
  })

  await t.test('from a browser to a shell, and from a shell to a browser', async (t) => {
    const inbox = await temporaryFolder(t)
    const home = { HUFU_HOME: await temporaryFolder(t) }
    const octets = randomBytes(123_456)
    const from = await make('从网页.bin', octets)
    const sender = await visit(app)
    const code = await openSession(sender)
    const server = ['--server', app.served.origin]
    const taker = hufu(['pair', code, ...server, '--receive', inbox], home)
    await talking(sender)
    await send(sender, from)
    await says(sender, '从网页.bin', en.file.sent)
    assert.deepEqual(await readFile(join(inbox, '从网页.bin')), octets)
    await leaveSession(sender)
    assert.equal(await taker.ended, 0)

    const giver = hufu(['pair', ...server, '--send', from], home)
    const receiver = await visit(app)
    await joinSession(receiver, await codeOf(giver))
    assert.deepEqual(await octetsOf(await take(receiver, '从网页.bin')), octets)
    await sessionOver(receiver)
    assert.equal(await giver.ended, 0)
    await Promise.all([sender.leave(), receiver.leave()])
  })
})

/** Drops a file on the conversation, as a hand would. */
const DROP = `(() => {
  const data = new DataTransfer()
  data.items.add(new File(['dropped'], 'dropped.txt'))
  const place = document.querySelector('.talk')
  for (const type of ['dragenter', 'dragover', 'drop'])
    place.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }))
})()`

/** A dialog cannot be opened here: the place chosen is one in the browser's own file system. */
const PICKER = `void (globalThis.showSaveFilePicker = async () =>
  (await navigator.storage.getDirectory()).getFileHandle('picked.bin', { create: true }))`
