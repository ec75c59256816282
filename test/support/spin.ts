import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { needs } from './needs.ts'

/** What Spin found in a model. */
export interface Search {
  readonly errors: number
  /** The first error, in Spin's words: an assertion violated, an invalid end state, a non-progress cycle. */
  readonly error: string | undefined
  /** Every state that can be reached was: neither depth nor memory were at an end before. */
  readonly whole: boolean
  readonly states: number
  /** Statements of the model that no run has come to. */
  readonly unreached: readonly string[]
}

export interface SearchOptions {
  /** Absolute path of the model. */
  readonly model: string
  /** Preprocessor names, with or without `=value`. */
  readonly defines: readonly string[]
  /** Looks for runs that go round for ever instead of ones that come to a wrong end. */
  readonly loops?: boolean
  /** How well the verifier is compiled: 0 for a search of a second, 1 for some, 2 for a minute. */
  readonly optimise?: 0 | 1 | 2
}

/** Steps of a run at most, a bound of the search's stack; deeper makes a search not {@link Search.whole}. */
const DEPTH = 20_000
/** MiB that a search may take; more makes it not whole. */
const MEMORY_MIB = 4_096

/** Slots of the table of states, as a power of two; it holds any number, but fast only about as many. */
const HASH_BITS = [20, 22, 24] as const

const execute = promisify(execFile)

/** Whether models can be searched here; if not, the test is skipped and says what is missing. */
export function needsSpin(t: TestContext): boolean {
  return ['spin', 'gcc', 'libc6-dev'].every((name) => needs(t, name))
}

/** Searches all runs of a Promela model, in a folder of its own, up to the first error. */
export async function search(options: SearchOptions): Promise<Search> {
  const { model, defines, loops = false, optimise = 0 } = options
  const folder = await mkdtemp(join(tmpdir(), 'hufu-spin-'))
  try {
    const run = async (program: string, ...args: readonly string[]): Promise<string> => {
      const { stdout } = await execute(program, args, { cwd: folder, maxBuffer: 16_777_216 })
      return stdout
    }
    await run('spin', '-a', ...defines.map((define) => `-D${define}`), model)
    // All steps of these models touch what both ends see: looking for independent ones only costs time.
    const flags = ['-w', '-DNOREDUCE', `-DMEMLIM=${MEMORY_MIB}`, loops ? '-DNP' : '-DSAFETY']
    await run('gcc', `-O${optimise}`, ...flags, '-o', 'pan', 'pan.c')
    const report = await run(
      './pan',
      `-m${DEPTH}`,
      `-w${HASH_BITS[optimise]}`,
      ...(loops ? ['-l'] : []),
    )
    return read(report)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function read(report: string): Search {
  const counts = /^State-vector .*, errors: (\d+)$/m.exec(report)
  const states = /^\s*([\d.e+]+) states, stored/m.exec(report)
  if (counts === null || states === null) throw new Error(`no report of Spin's: ${report}`)
  const unreached = [...report.matchAll(/^\t\S+:\d+, state \d+, "(.*)"$/gm)].map(
    ([, what]) => what!,
  )
  return {
    errors: Number(counts[1]),
    error: /^pan:1: (.*)$/m.exec(report)?.[1],
    whole: !/search depth too small|out of memory|MEMLIM|not completed/.test(report),
    states: Number(states[1]),
    // A process that never ends has no end to come to.
    unreached: unreached.filter((what) => what !== '-end-'),
  }
}
