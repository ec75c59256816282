import { constants } from 'node:fs'
import { open, rename, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'

/** Octets that a file of ours may have: a key or a PIN is one short line. */
const MOST_OCTETS = 4_096

/**
 * The text of a file that nobody but its owner may touch, and whose owner is this user or root; `undefined` if there is
 * no such file. Mode and owner are those of the file that is read, whatever its name points to later.
 *
 * @throws {HufuError} `ERR_VAULT_FILE` if others may, if it is no plain short file, or cannot be read.
 */
export async function readPrivate(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw fault(path, 'cannot be read', cause)
  })
  if (file === undefined) return undefined
  try {
    await refuseOthers(path, file)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/**
 * Writes a file of mode 0600, whole and on disk before it stands under its name.
 *
 * @throws {HufuError} `ERR_VAULT_FILE` if it cannot be written.
 */
export async function writePrivate(path: string, text: string): Promise<void> {
  try {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants
    const file = await open(`${path}.part`, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
    try {
      await file.chmod(0o600)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await renameDurably(`${path}.part`, path)
  } catch (cause) {
    throw fault(path, 'cannot be written', cause)
  }
}

/** Renames a file so that it has its new name after a loss of power too. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  if (process.platform === 'win32') return // folders cannot be opened there
  const folder = await open(dirname(to), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function refuseOthers(path: string, file: FileHandle): Promise<void> {
  const { mode, uid, size } = await file.stat()
  if ((mode & 0o170000) !== constants.S_IFREG || size > MOST_OCTETS)
    throw fault(path, 'is no file of one short line')
  const self = process.getuid?.()
  // Windows has no such modes: there the folder's own rights have to do
  if (self === undefined) return
  const others = mode & 0o077
  if (others !== 0)
    throw fault(path, `is open to others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`)
  if (uid !== self && uid !== 0) throw fault(path, 'belongs to another user, who can change it')
}

function fault(path: string, what: string, cause?: unknown): HufuError {
  return new HufuError('ERR_VAULT_FILE', `${path} ${what}`, { cause })
}
