import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { needs } from '../test/support/needs.ts'
import { openScope } from './harness/scope.ts'

/** Uses a tenth of a second of CPU, has a child of its own do the same, and prints the sum in microseconds. */
const BURN = `
  const used = () => { const { user, system } = process.cpuUsage(); return user + system }
  while (used() < 100_000);
  const again = process.argv[1] === 'parent'
    ? Number(require('node:child_process').execFileSync(process.execPath, ['-e', process.execArgv[1], 'child']))
    : 0
  console.log(used() + again)
`

test('what a program used is counted with what its children used', async (t) => {
  if (!needs(t, 'python3')) return
  const scope = await openScope('test')
  try {
    const used = await scope.start(process.execPath, ['-e', BURN, 'parent']).ended
    const own = Number(used.stdout) / 1e6
    assert.ok(own >= 0.2, used.stdout + used.stderr)
    assert.ok(used.cpu >= own, `${used.cpu} s counted, ${own} s used`)
    assert.ok(used.maxRss > 10e6)
    assert.equal(used.code, 0)
  } finally {
    await scope.end()
  }
})

test('a scope ends with everything that was started in it', async (t) => {
  if (!needs(t, 'python3')) return
  const scope = await openScope('test')
  const sleeper = scope.start('sleep', ['600'])
  const pid = await sleeper.pid
  assert.doesNotThrow(() => process.kill(pid, 0))
  await scope.end()
  await assert.rejects(sleeper.ended)
  assert.equal(existsSync(scope.folder), false)
})

test('what is waited for in vain is told with what the program said', async (t) => {
  if (!needs(t, 'python3')) return
  const scope = await openScope('test')
  try {
    const program = scope.start('sh', ['-c', 'echo this; echo that >&2; exit 3'])
    await assert.rejects(program.match(/neither/), /this\s+that/)
    assert.equal((await program.ended).code, 3)
  } finally {
    await scope.end()
  }
})
