import type { Output } from '../output.ts'

/** Milliseconds since 1970 as ISO 8601. */
export function iso(time: number): string {
  return new Date(time).toISOString()
}

/** Rows as lines, their columns aligned. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [at, text] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, text.length)
  return rows
    .map(
      (row) =>
        `${row
          .map((text, at) => text.padEnd(widths[at]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** Tells of a code that opens an account. On a terminal it stands alone on its line. */
export async function tellSetupCode(
  { code, expires }: { readonly code: string; readonly expires: number },
  output: Output,
): Promise<void> {
  await output.event({ event: 'setup', code, expires: iso(expires) })
  output.note('hufu: the first account is opened with this code, which is good once:')
  output.note(code)
  output.note(`  until ${iso(expires)}; use it with \`hufu admin login --setup\`.`)
}
