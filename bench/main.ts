import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark } from './harness/benchmark.ts'
import { shown, type Figure, type Result } from './harness/figures.ts'
import { machine } from './harness/machine.ts'
import { installPackages } from './harness/packages.ts'
import { openScope } from './harness/scope.ts'
import { RESULTS, writeReport } from './report.ts'

/*
 * npm run bench              all benchmarks, one after the other
 * npm run bench -- NAME…     those only
 * npm run bench -- --report  docs/benchmarks.md anew, from what bench/results holds
 *
 * Each writes bench/results/NAME.json. Exit code 1 if a target was missed or a benchmark could not run.
 */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  crypto: async () => (await import('./crypto.ts')).crypto,
  pairs: async () => (await import('./pairs.ts')).pairs,
  answers: async () => (await import('./answers.ts')).answers,
  'pair-cpu': async () => (await import('./pair-cpu.ts')).pairCpu,
  file: async () => (await import('./file.ts')).file,
  relay: async () => (await import('./relay.ts')).relay,
  audit: async () => (await import('./audit.ts')).audit,
  signin: async () => (await import('./signin.ts')).signin,
  call: async () => (await import('./call.ts')).call,
  safe: async () => (await import('./safe.ts')).safe,
  vault: async () => (await import('./vault.ts')).vault,
  web: async () => (await import('./web.ts')).web,
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
// What a benchmark that was given up has left open must not keep the process.
process.exit(await main(process.argv.slice(2)))

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--report')) {
    writeReport()
    return 0
  }
  const names = args.length === 0 ? Object.keys(BENCHMARKS) : args
  const unknown = names.filter((name) => !(name in BENCHMARKS))
  if (unknown.length > 0) {
    say(`there is no ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`)
    return 2
  }
  let failed = false
  for (const name of names) {
    const met = await runOne(await BENCHMARKS[name]!())
    failed ||= !met
  }
  writeReport()
  return failed ? 1 : 0
}

/** Whether all targets were met. */
async function runOne(benchmark: Benchmark): Promise<boolean> {
  const { name, about, packages, limitMs } = benchmark
  say(`${name} …`)
  const missing = installPackages(packages, say)
  if (missing.length > 0) {
    say(`${name} cannot run without the Debian packages ${missing.join(' ')}`)
    return false
  }
  const scope = await openScope(name)
  const deadline = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    deadline.reject(new Error(`not done within ${limitMs / 1_000} s`))
  }, limitMs)
  try {
    const { figures, notes } = await Promise.race([benchmark.run(scope, say), deadline.promise])
    const measured = new Date().toISOString().slice(0, 10)
    const result: Result = { name, about, measured, machine: machine(packages), figures, notes }
    mkdirSync(RESULTS, { recursive: true })
    writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
    for (const line of result.machine) console.log(`  ${line}`)
    for (const figure of figures) console.log(`  ${line(figure)}`)
    for (const note of notes) console.log(`  ${note}`)
    return figures.every(({ target }) => target?.met !== false)
  } catch (error) {
    say(`${name} could not run: ${error instanceof Error ? error.message : String(error)}`)
    return false
  } finally {
    clearTimeout(timer)
    await scope.end()
  }
}

function line(figure: Figure): string {
  const { what, unit, hufu, peer, peerName, ratio, target } = figure
  const beside =
    peer === undefined || ratio === undefined
      ? ''
      : `, ${peerName} ${shown(peer)} ${unit}, ratio ${shown(ratio)}`
  const verdict =
    target === undefined ? '' : ` — target: ${target.text}: ${target.met ? 'met' : 'NOT MET'}`
  return `${what}: ${shown(hufu)} ${unit}${beside}${verdict}`
}

function say(text: string): void {
  console.error(`bench: ${text}`)
}
