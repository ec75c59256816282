import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { matches, type Fixture, type Run, type Transcript } from './format.ts'
import { killAll, look, resolved, until, type Stage } from './stage.ts'

const HUFU = fileURLToPath(new URL('../../packages/cli/bin/hufu.mjs', import.meta.url))
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))
/** Milliseconds after which a case is stuck. Our choice. */
const PATIENCE_MS = 60_000

/**
 * Plays a transcript against `server` and compares. Rejects, naming the step, when one waits for what cannot come any more.
 *
 * @param patienceMs milliseconds after which, again and again, every process is killed
 */
export async function play(
  transcript: Transcript,
  server: string,
  patienceMs: number = PATIENCE_MS,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hufu-transcript-'))
  const own = transcript.server === undefined ? undefined : await serve(transcript.server)
  const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  const stage: Stage = {
    folder,
    names: new Map([
      ['server', own?.url ?? server],
      ['other', await urlOf(other)],
      ['nowhere', 'http://127.0.0.1:1'],
      ['folder', folder],
    ]),
    shown: [],
    runs: new Map(transcript.runs.map((run) => [run, 'coming'])),
    children: new Set(),
    waits: new Set(),
  }
  let ended: readonly Promise<Result>[] = []
  const stuck = setInterval(() => killAll(stage), patienceMs)
  try {
    for (const fixture of transcript.before) await lay(folder, fixture)
    ended = transcript.runs.map((run) => perform(run, stage))
    const results = await Promise.all(ended)
    for (const [at, run] of transcript.runs.entries()) compare(run, results[at]!, results, stage)
    for (const fixture of transcript.after) await check(folder, fixture, stage)
  } finally {
    clearInterval(stuck)
    killAll(stage)
    await Promise.allSettled(ended)
    other.closeAllConnections()
    other.close()
    await own?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A `hufu serve` on a free port, with a data folder of its own. */
export async function serve(flags = ''): Promise<{ url: string; stop(): Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), 'hufu-transcript-server-'))
  const args = ['serve', '--json', '--log', 'error', '--data', data, '--listen', '127.0.0.1:0']
  const child = spawn(process.execPath, [HUFU, ...args, ...words(flags)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_CACHE_HOME: COMPILED },
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  for await (const line of createInterface(child.stdout)) {
    const { url } = JSON.parse(line) as { url: string }
    return {
      url,
      async stop() {
        child.kill('SIGTERM')
        await exited
        await rm(data, { recursive: true, force: true })
      },
    }
  }
  throw new Error('the server did not start')
}

interface Result {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number | null
}

async function perform(run: Run, stage: Stage): Promise<Result> {
  try {
    return await performed(run, stage)
  } finally {
    stage.runs.set(run, 'ended')
    look(stage)
  }
}

async function performed(run: Run, stage: Stage): Promise<Result> {
  const { after } = run
  const all = [...stage.runs.keys()]
  const above = all.slice(0, all.indexOf(run))
  if (run.afterAll)
    await until(stage, run, 'after all', () =>
      above.every((each) => stage.runs.get(each) === 'ended'),
    )
  if (after !== undefined)
    await until(stage, run, `after "${after}"`, () => stage.shown.join('').includes(after))
  const line = await resolved(run.command, run, stage)
  const home = join(stage.folder, `.${run.name.replace(/\d+$/, '')}`)
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HUFU_SERVER: stage.names.get('server'),
    HUFU_HOME: home,
    XDG_CACHE_HOME: COMPILED,
  }
  const argv = words(line)
  for (
    let pair = /^(\w+)=(.*)$/.exec(argv[0]!);
    pair !== null;
    pair = /^(\w+)=(.*)$/.exec(argv[0]!)
  ) {
    env[pair[1]!] = pair[2]
    argv.shift()
  }
  assert.equal(argv.shift(), 'hufu')
  const child = spawn(process.execPath, [HUFU, ...argv], { cwd: stage.folder, env })
  stage.children.add(child)
  stage.runs.set(run, 'running')
  const exited = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      stage.children.delete(child)
      stage.runs.set(run, 'ended')
      look(stage)
      resolve(code)
    }),
  )
  let [stdout, stderr] = ['', '']
  const show = (text: string): void => {
    stage.shown.push(text)
    for (const each of run.signals)
      if (`${stdout}${stderr}`.includes(each.text) && !child.killed) child.kill(each.signal)
    const code = /\b[1-9]\d{3,}-[a-z]+-[a-z]+-[a-z]+\b/.exec(`${stdout}\n${stderr}`)?.[0]
    if (code !== undefined && !stage.names.has('code')) {
      const slot = code.split('-')[0]!
      stage.names.set('code', code).set('slot', slot).set('wrong', `${slot}-tango-tango-tango`)
    }
    look(stage)
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    show(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    show(text)
  })
  child.stdin.on('error', () => undefined) // a command need not read what it is given
  for (const text of run.stdin) child.stdin.write(`${await resolved(text, run, stage)}\n`)
  if (!run.keepsStdinOpen) child.stdin.end()
  return { exit: await exited, stdout, stderr }
}

function compare(run: Run, result: Result, all: readonly Result[], stage: Stage): void {
  const named = (text: string): string =>
    [...stage.names].reduce((so, [name, value]) => so.replaceAll(`{${name}}`, value), text)
  const context = all
    .map(({ stdout, stderr, exit }) => `${stdout}${stderr}= ${exit}`)
    .join('\n---\n')
  for (const stream of ['stdout', 'stderr'] as const) {
    const found = result[stream].split('\n')
    assert.equal(found.pop(), '', `${run.name}: ${stream} does not end with a newline`)
    const expected = run[stream].map(named)
    if (!matches(found, expected))
      assert.deepEqual(found, expected, `${run.name} ${stream}\n${context}`)
  }
  assert.equal(result.exit, run.exit, `${run.name}: exit code\n${context}`)
}

async function lay(folder: string, { path, text }: Fixture): Promise<void> {
  const full = join(folder, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, text ?? '')
}

async function check(folder: string, fixture: Fixture, stage: Stage): Promise<void> {
  const full = join(folder, await resolved(fixture.path, undefined, stage))
  const there = await stat(full).then(
    () => true,
    () => false,
  )
  assert.equal(there, fixture.there, fixture.path)
  if (fixture.text !== undefined) assert.equal(await readFile(full, 'utf8'), fixture.text)
}

/** Splits as a shell does, as far as transcripts need it: spaces, and double quotes. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:"([^"]*)"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''))
}

async function urlOf(server: ReturnType<typeof createServer>): Promise<string> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
