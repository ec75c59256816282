import { HufuError } from '@hufu/protocol/wire'

/** What SQLite says of the disk or of the file, by its primary result codes ({@link https://sqlite.org/rescode.html}). */
const TROUBLES: ReadonlyMap<number, string> = new Map([
  [10, 'the disk cannot be read or written'],
  [11, 'is damaged; copy the folder as it is, and restore a backup'],
  [13, 'the disk is full, and nothing was changed; make room'],
  [26, 'is damaged; copy the folder as it is, and restore a backup'],
])

/**
 * `thrown` in words for whoever runs the server, if it comes from SQLite and is no fault of ours.
 *
 * @param path of the database
 * @returns `ERR_DATA_FOLDER`; anything else as it is
 */
export function troubleOf(path: string, thrown: unknown): unknown {
  const { errcode } = thrown as { readonly errcode?: unknown }
  const trouble = typeof errcode === 'number' ? TROUBLES.get(errcode & 0xff) : undefined
  if (trouble === undefined) return thrown
  return new HufuError('ERR_DATA_FOLDER', `${path}: ${trouble}`, { cause: thrown })
}
