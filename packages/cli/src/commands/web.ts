import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import { securityHeaders } from '@hufu/server'
import { parseServer } from '@hufu/terminal'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { integrityOf, readBundle, writeBundle } from '../export/bundle.ts'

/** `hufu web export DIR` and `hufu web verify URL`. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [verb, where] = args.operands
  const named = args.one('server')
  const server = named === undefined ? undefined : parseServer(named).url
  if (verb === 'export' && where !== undefined) return exportTo(where, server, output)
  if (verb === 'verify' && where !== undefined) return verify(where, server, output)
  throw usage(
    '`hufu web export DIR` writes the web app as files, `hufu web verify URL` checks a copy',
  )
}

async function exportTo(
  where: string,
  server: string | undefined,
  output: Output,
): Promise<ExitCode> {
  const folder = resolve(where)
  const bundle = await readBundle(server)
  await writeBundle(bundle, folder)
  const headers = Object.entries(securityHeaders(server === undefined ? [] : connections(server)))
  const lines = headers.map(([name, value]) => `${name}: ${value}\n`).join('')
  await writeFile(join(folder, 'headers.txt'), lines).catch((cause: unknown) => {
    throw new HufuError('ERR_FILE_WRITE', `${folder} cannot be written`, { cause })
  })
  await output.event({ event: 'exported', folder, files: bundle.files.size })
  output.note(
    `the web app is in ${folder}: ${bundle.files.size} files, and integrity.json, which lists them`,
  )
  output.note('Serve them with the headers in headers.txt, over https.')
  if (server !== undefined)
    output.note(
      `Its server must let it in: hufu serve --origins https://WHERE-IT-STANDS (${server})`,
    )
  output.note(
    `Anybody can check that copy: hufu web verify https://WHERE-IT-STANDS${server === undefined ? '' : ` --server ${server}`}`,
  )
  return EXIT.success
}

async function verify(
  where: string,
  server: string | undefined,
  output: Output,
): Promise<ExitCode> {
  const base = new URL(where.endsWith('/') ? where : `${where}/`)
  const { list } = await readBundle(server)
  const wrong: string[] = []
  for (const [path, integrity] of Object.entries(list)) {
    const found = await fetched(new URL(path, base))
    if (found === undefined || integrityOf(found) !== integrity) wrong.push(path)
  }
  await output.event({ event: 'verified', url: base.href, files: Object.keys(list).length, wrong })
  if (wrong.length === 0) {
    output.note(
      `${base.href} serves what was built here, all ${Object.keys(list).length} files of it`,
    )
    return EXIT.success
  }
  for (const path of wrong) output.note(`differs: ${path}`)
  output.note('Either it is of another version, or it is not to be trusted.')
  return EXIT.altered
}

async function fetched(url: URL): Promise<Uint8Array | undefined> {
  const response = await fetch(url, { redirect: 'error' }).catch((cause: unknown) => {
    throw new HufuError('ERR_UNREACHABLE', `nothing answers at ${url.origin}`, { cause })
  })
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
}

/** What a page must be allowed to connect to. */
function connections(server: string): readonly string[] {
  return [server, server.replace(/^http/, 'ws')]
}
