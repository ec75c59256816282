/*
 * A transcript: what is typed at some terminals, and what they show. Lines before the first command begin with `#`
 * (what the case is about) or are set-up:
 *
 *   server --flag value …      a server of its own, with these flags
 *   file PATH: TEXT            a file beside the commands, which run in a folder of their own
 *
 * Then for each terminal
 *
 *   NAME $ command …           NAME has a profile of its own; `X=y` before the command sets a variable; `hufu` is ours
 *   NAME after "TEXT" $ …      starts when some terminal has shown TEXT
 *   NAME after all $ …         starts when the commands above have ended
 *   < TEXT                     a line of stdin; `<…` alone keeps stdin open behind it
 *   > TEXT                     a line of stdout
 *   ! TEXT                     a line of stderr
 *   ^ SIGNAL TEXT              sends the signal when this terminal has shown TEXT
 *   = CODE                     exit code
 *
 * and at the end
 *
 *   file PATH: TEXT            such a file is there now; `file PATH` alone: it is there; `no PATH`: it is not
 *
 * `…` stands for anything within a line, a line of `…` alone for any lines. `{server}`, `{nowhere}` (nothing listens),
 * `{other}` (a server, not hufu), `{folder}`, and, once a terminal has shown a code, `{code}`, `{slot}`, `{wrong}` (its slot
 * with other words).
 */

/** One command of a transcript. */
export interface Run {
  readonly name: string
  /** What some terminal must have shown before. */
  readonly after: string | undefined
  /** Whether the commands above must have ended before. */
  readonly afterAll: boolean
  readonly command: string
  readonly stdin: string[]
  keepsStdinOpen: boolean
  readonly stdout: string[]
  readonly stderr: string[]
  readonly signals: { readonly signal: NodeJS.Signals; readonly text: string }[]
  exit: number
}

/** A file of a transcript; `text` undefined: whatever is in it; `there` false: it must not be. */
export interface Fixture {
  readonly path: string
  readonly text: string | undefined
  readonly there: boolean
}

export interface Transcript {
  readonly about: string
  /** Flags of a server of its own. */
  readonly server: string | undefined
  readonly before: readonly Fixture[]
  readonly runs: readonly Run[]
  readonly after: readonly Fixture[]
}

/** Reads a transcript. Throws at a line that means nothing. */
export function readTranscript(text: string): Transcript {
  const about: string[] = []
  const [before, after]: [Fixture[], Fixture[]] = [[], []]
  const runs: Run[] = []
  let server: string | undefined
  for (const line of text.split('\n')) {
    const run = runs.at(-1)
    const command = /^(\w+)(?: after (?:"(.+?)"|(all)))? \$ (.*)$/.exec(line)
    const fixture = /^(file|no) ([^:]+?)(?:: (.*))?$/.exec(line)
    if (line === '') continue
    else if (line.startsWith('# ')) about.push(line.slice(2))
    else if (line.startsWith('server ')) server = line.slice(7)
    else if (command !== null) runs.push(newRun(command))
    else if (fixture !== null)
      (run === undefined ? before : after).push({
        path: fixture[2]!,
        text: fixture[3]?.replaceAll('\\n', '\n'),
        there: fixture[1] === 'file',
      })
    else if (run === undefined || !readLine(line, run)) throw new Error(`what is this: ${line}`)
  }
  return { about: about.join(' '), server, before, runs, after }
}

function newRun([, name, text, all, command]: RegExpExecArray): Run {
  return {
    name: name!,
    after: text,
    afterAll: all !== undefined,
    command: command!,
    stdin: [],
    keepsStdinOpen: false,
    stdout: [],
    stderr: [],
    signals: [],
    exit: 0,
  }
}

function readLine(line: string, run: Run): boolean {
  const content = line.slice(2)
  const signal = /^\^ (SIG\w+) (.+)$/.exec(line)
  if (line === '<…') run.keepsStdinOpen = true
  else if (/^< ?/.test(line)) run.stdin.push(content)
  else if (/^> ?/.test(line)) run.stdout.push(content)
  else if (/^! ?/.test(line)) run.stderr.push(content)
  else if (/^= \d+$/.test(line)) run.exit = Number(content)
  else if (signal !== null)
    run.signals.push({ signal: signal[1] as NodeJS.Signals, text: signal[2]! })
  else return false
  return true
}

/** Whether `found` is what the lines of a transcript say; `…` alone stands for any lines, within a line for anything. */
export function matches(found: readonly string[], expected: readonly string[]): boolean {
  const [first, ...rest] = expected
  if (first === undefined) return found.length === 0
  if (first === '…')
    return Array.from({ length: found.length + 1 }, (_, at) => at).some((at) =>
      matches(found.slice(at), rest),
    )
  const [line, ...others] = found
  if (line === undefined) return false
  const pattern = first.split('…').map(literal).join('.*')
  return new RegExp(`^${pattern}$`, 'su').test(line) && matches(others, rest)
}

/** `text` as a pattern that matches it and nothing else. */
function literal(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}
