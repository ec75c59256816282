import assert from 'node:assert/strict'
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { serve } from './terminals.ts'

const HUFU = fileURLToPath(new URL('../../packages/cli/bin/hufu.mjs', import.meta.url))

let server: Awaited<ReturnType<typeof serve>>
before(async () => {
  server = await serve()
})
after(async () => server.stop())

interface Shell {
  readonly child: ChildProcessWithoutNullStreams
  /** Resolves when stderr has shown what `pattern` finds; rejects if it ends without. */
  shows(pattern: RegExp): Promise<string>
  readonly exit: Promise<unknown>
}

function pair(...args: readonly string[]): Shell {
  const env = { ...process.env, HUFU_SERVER: server.url }
  const child = spawn(process.execPath, [HUFU, 'pair', ...args], { env })
  child.stdin.on('error', () => undefined)
  let stderr = ''
  let ended = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    child.emit('shown')
  })
  child.on('close', () => {
    ended = true
    child.emit('shown')
  })
  return {
    child,
    exit: once(child, 'exit').then(([code]: unknown[]) => code),
    async shows(pattern) {
      for (;;) {
        const found = pattern.exec(stderr)
        if (found !== null) return found[0]
        if (ended) throw new Error(`ended without ${String(pattern)}:\n${stderr}`)
        await once(child, 'shown')
      }
    },
  }
}

async function both(): Promise<readonly [opener: Shell, joiner: Shell]> {
  const opener = pair()
  const joiner = pair(await opener.shows(/^\d+-[a-z]+-[a-z]+-[a-z]+$/m))
  await Promise.all([opener.shows(/^paired/m), joiner.shows(/^paired/m)])
  return [opener, joiner]
}

test('much text arrives whole and in order, though it was not read at first', async () => {
  const [opener, joiner] = await both()
  joiner.child.stdin.end()
  const lines = Array.from({ length: 10_000 }, (_, at) => `${at} ${'x'.repeat(at % 500)}\n`)
  const text = lines.join('')
  opener.child.stdin.end(text) // more than the pipes on the way hold
  let received = ''
  for await (const chunk of joiner.child.stdout.setEncoding('utf8')) received += String(chunk)
  assert.ok(received === text, `${received.length} of ${text.length} characters`)
  assert.deepEqual(await Promise.all([opener.exit, joiner.exit]), [0, 0])
})

test('when nobody reads stdout any more, hufu leaves, and the other knows what was not taken', async () => {
  const [opener, joiner] = await both()
  opener.child.stdin.write('one\n')
  assert.equal(String((await once(joiner.child.stdout, 'data'))[0]), 'one\n')
  joiner.child.stdout.destroy()
  opener.child.stdin.write('two\nthree\n')
  assert.equal(await joiner.exit, 0)
  assert.equal(await opener.exit, 6)
  assert.match(await opener.shows(/\d+ of what you sent/), /^2 /)
})

test('a file larger than all that may be on its way arrives whole', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hufu-streams-'))
  t.after(async () => rm(folder, { recursive: true }))
  const octets = randomBytes(24_000_001)
  await writeFile(join(folder, 'large.bin'), octets)
  const opener = pair('--send', join(folder, 'large.bin'))
  const code = await opener.shows(/^\d+-[a-z]+-[a-z]+-[a-z]+$/m)
  const joiner = pair(code, '--receive', join(folder, 'in'))
  for (const { child } of [opener, joiner]) child.stdin.end()
  assert.deepEqual(await Promise.all([opener.exit, joiner.exit]), [0, 0])
  const received = await readFile(join(folder, 'in', 'large.bin'))
  assert.ok(received.equals(octets), `${received.length} octets`)
})
