import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { shown, type Figure, type Result } from './harness/figures.ts'

/** Folder of the results, one JSON file a benchmark. */
export const RESULTS: string = fileURLToPath(new URL('results/', import.meta.url))

const PAGE = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))

/** Writes docs/benchmarks.md from what {@link RESULTS} holds. */
export function writeReport(): void {
  const results = readdirSync(RESULTS)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => JSON.parse(readFileSync(`${RESULTS}/${file}`, 'utf8')) as Result)
  writeFileSync(PAGE, page(results))
}

/** The page for `results`, as Markdown. */
export function page(results: readonly Result[]): string {
  return [
    '# Benchmarks',
    '',
    'Made by `npm run bench` from `bench/results`; do not edit. Every figure stands beside a peer that ran in',
    'the same run, turn by turn (ours, theirs, ours, theirs), and the ratio is what counts: the figures',
    'themselves are those of one machine. Medians over the runs. CPU is user and system time of whole',
    'processes, by the account of the operating system (`wait4`).',
    '',
    ...results.flatMap(section),
  ].join('\n')
}

function section(result: Result): readonly string[] {
  return [
    `## ${result.name}`,
    '',
    result.about,
    '',
    '| | unit | hufu | peer | ratio | target |',
    '| --- | --- | ---: | ---: | ---: | --- |',
    ...result.figures.map(row),
    '',
    ...result.notes.map((note) => `- ${note}`),
    `- ${result.measured}: ${result.machine.join('; ')}`,
    '',
  ]
}

function row(figure: Figure): string {
  const { what, unit, hufu, peer, peerName, ratio, target } = figure
  const cells = [
    what,
    unit,
    shown(hufu),
    peer === undefined ? '' : `${shown(peer)} (${peerName})`,
    ratio === undefined ? '' : shown(ratio),
    target === undefined ? '' : `${target.text}: ${target.met ? 'met' : '**not met**'}`,
  ]
  return `| ${cells.join(' | ')} |`
}
