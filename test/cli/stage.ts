import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Run } from './format.ts'

/** Where a transcript is played: what its terminals have shown, and who waits for what. */
export interface Stage {
  readonly folder: string
  /** What `{name}` stands for. */
  readonly names: Map<string, string>
  readonly shown: string[]
  /** How far each command is: `coming` until its process runs. */
  readonly runs: Map<Run, 'coming' | 'running' | 'ended'>
  readonly children: Set<ChildProcessWithoutNullStreams>
  readonly waits: Set<Wait>
}

interface Wait {
  /** Undefined: the end of the transcript waits. */
  readonly run: Run | undefined
  readonly step: string
  happened(): boolean
  resolve(): void
  reject(error: Error): void
}

/**
 * Resolves when it has happened. Rejects, naming the step, as soon as it cannot any more: the run's own process has ended,
 * or none is left that could show something.
 *
 * @param step the line of the transcript that waits
 */
export async function until(
  stage: Stage,
  run: Run | undefined,
  step: string,
  happened: () => boolean,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const wait: Wait = { run, step, happened, resolve, reject }
  stage.waits.add(wait)
  look(stage)
  await promise
}

/** Lets go whoever waits for what has happened by now, or for what never will. */
export function look(stage: Stage): void {
  for (const wait of stage.waits)
    if (wait.happened()) {
      stage.waits.delete(wait)
      wait.resolve()
    }
  for (const wait of [...stage.waits].filter((each) => isInVain(stage, each))) {
    stage.waits.delete(wait)
    wait.reject(
      new Error(`${nameOf(wait)} waits in vain; all that was shown:\n${stage.shown.join('')}`),
    )
  }
}

/** `text` with its names, once all are known. */
export async function resolved(text: string, run: Run | undefined, stage: Stage): Promise<string> {
  const needed = [...text.matchAll(/\{(server|other|nowhere|folder|code|slot|wrong)\}/g)]
  await until(stage, run, text, () => needed.every(([, name]) => stage.names.has(name!)))
  return needed.reduce((so, [whole, name]) => so.replace(whole, stage.names.get(name!)!), text)
}

/** Ends every process, whatever it or its children still hold open. */
export function killAll(stage: Stage): void {
  for (const child of stage.children) {
    child.kill('SIGKILL')
    for (const stream of [child.stdout, child.stderr]) stream.destroy()
  }
}

function isInVain(stage: Stage, { run }: Wait): boolean {
  if (run !== undefined && stage.runs.get(run) === 'ended') return true
  const waiting = new Set([...stage.waits].map((wait) => wait.run))
  return [...stage.runs].every(
    ([each, at]) => at === 'ended' || (at === 'coming' && waiting.has(each)),
  )
}

function nameOf({ run, step }: Wait): string {
  return run === undefined ? `\`${step}\` at the end` : `${run.name}: \`${step}\``
}
