import { HufuError } from '@hufu/protocol/wire'
import { codeOf } from '../system.ts'

/** `ERR_FILE_WRITE` in words, for what the system refused at `path`. */
export function writeFailure(path: string, cause: unknown): HufuError {
  if (cause instanceof HufuError) return cause
  const code = codeOf(cause)
  const reason = REASONS[code] ?? (code === '' ? String(cause) : code)
  return new HufuError('ERR_FILE_WRITE', `${path}: ${reason}`, { cause })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EFBIG: 'the file would become larger than the file system allows',
  EACCES: 'no permission to write here',
  EPERM: 'no permission to write here',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such folder',
  EEXIST: 'there is something else of this name',
  ENOTDIR: 'there is something else where a folder should be',
  ELOOP: 'there is a link where none may be',
  ENAMETOOLONG: 'the name is too long for this file system',
}
