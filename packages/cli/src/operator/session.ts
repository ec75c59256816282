import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import { parseServer } from '@hufu/terminal'
import type { Arguments } from '../arguments.ts'
import { makeClosed, profileFolder } from '../profile/folder.ts'
import { fileNameOf } from '../profile/names.ts'
import { damaged, readObject, writeObject } from '../profile/store.ts'
import { authoritiesWith } from '../socket.ts'
import { codeOf } from '../system.ts'
import { apiClient, type ApiClient } from './client.ts'

/** The API of the server that the arguments or the environment name, for somebody who is not signed in. */
export async function strangersClient(args: Arguments): Promise<ApiClient> {
  return clientFor(args, undefined)
}

/**
 * The same for whoever `HUFU_TOKEN` stands for, or is signed in there.
 *
 * @throws {HufuError} `ERR_SIGNED_OUT` if nobody is; `ERR_PROFILE`.
 */
export async function operatorsClient(args: Arguments): Promise<ApiClient> {
  const token = process.env['HUFU_TOKEN']
  if (token !== undefined && token !== '') return clientFor(args, token)
  const { url } = serverOf(args)
  const path = fileOf(url)
  const object = await readObject(path)
  if (object === undefined) throw new HufuError('ERR_SIGNED_OUT', `at ${url}`)
  const { session } = object
  if (typeof session !== 'string') throw damaged(path)
  return clientFor(args, session)
}

/** Keeps a session in the profile: a file that is closed to all others. */
export async function keepSession(url: string, session: string): Promise<void> {
  const folder = foldersOf()
  makeClosed(folder)
  await writeObject(fileOf(url), { server: url, session })
}

/** Forgets it; nothing if there is none. */
export async function forgetSession(url: string): Promise<void> {
  const path = fileOf(url)
  await unlink(path).catch((cause: unknown) => {
    if (codeOf(cause) !== 'ENOENT')
      throw new HufuError('ERR_PROFILE', `${path}: cannot be removed`, { cause })
  })
}

async function clientFor(args: Arguments, bearer: string | undefined): Promise<ApiClient> {
  const ca = args.one('ca') ?? process.env['HUFU_CA']
  const authorities = ca === undefined || ca === '' ? undefined : await authoritiesWith(ca)
  return apiClient({ url: serverOf(args).url, bearer, authorities })
}

function serverOf(args: Arguments): ReturnType<typeof parseServer> {
  return parseServer(args.one('server') ?? process.env['HUFU_SERVER'] ?? 'http://localhost:4680')
}

function foldersOf(): string {
  return join(profileFolder(process.env), 'operator')
}

function fileOf(url: string): string {
  return join(foldersOf(), `${fileNameOf(url)}.json`)
}
