import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, cpSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const HUFU = fileURLToPath(new URL('../bin/hufu.mjs', import.meta.url))

/** The launcher under a Node that says it is old. */
function underOldNode(launcher: string, ...args: readonly string[]): readonly string[] {
  const program = `
    Object.defineProperty(process.versions, 'node', { value: '20.11.0' })
    Object.defineProperty(process, 'version', { value: 'v20.11.0' })
    process.argv.splice(1, 0, 'hufu')
    await import(${JSON.stringify(launcher)})`
  return ['--input-type=module', '-e', program, '--', ...args]
}

test('under an old Node it starts again on the one of the dependencies, with the same arguments', () => {
  const args = underOldNode(HUFU, 'version', '--json')
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(status, 0)
  const { event, node } = JSON.parse(stdout) as { event: string; node: string }
  assert.equal(event, 'version')
  assert.notEqual(node, '20.11.0')
})

test('it passes on exit codes and signals', async () => {
  const failed = spawnSync(process.execPath, underOldNode(HUFU, 'nonsense'), { encoding: 'utf8' })
  assert.equal(failed.status, 2)
  assert.match(failed.stderr, /there is no command nonsense/)
  const serve = ['serve', '--json', '--log', 'error', '--listen', '127.0.0.1:0', '--data']
  const data = mkdtempSync(join(tmpdir(), 'hufu-launcher-'))
  const child = spawn(process.execPath, underOldNode(HUFU, ...serve, data))
  const exited = once(child, 'exit')
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (stdout === '') child.kill('SIGTERM')
    stdout += text
  })
  assert.deepEqual(await exited, [0, null])
  assert.match(stdout, /"listening".*\n.*"setup".*\n.*"draining".*\n.*"stopped"/)
  rmSync(data, { recursive: true })
})

test('without a Node that is new enough it says what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-launcher-'))
  cpSync(HUFU, join(folder, 'hufu.mjs')) // there, no dependencies are found
  const args = underOldNode(join(folder, 'hufu.mjs'), 'version')
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  assert.equal(status, 2)
  assert.match(stderr, /^hufu: Node 24\.12 or later is needed, and this is v20\.11\.0\./)
  assert.match(stderr, /npm rebuild node --ignore-scripts=false/)
})
