import { stat } from 'node:fs/promises'
import { HufuError } from '@hufu/protocol/wire'
import { systemClock } from '@hufu/terminal'
import type { AudioSource, Recorder } from '../audio/index.ts'
import type { OpenedSource } from '../files/source.ts'
import type { Output } from '../output.ts'
import type { CallOptions } from './options.ts'

/** What a call takes from files, and brings into them, open. */
export interface WithFiles {
  readonly sources: readonly OpenedSource[]
  readonly receive: string | undefined
  readonly audio: AudioSource | undefined
  readonly recorder: Recorder | undefined
  /**
   * The same for a further call: the sound begins anew, or was heard if it is none that can. Rejects as {@link withFiles}.
   */
  rewound(): Promise<WithFiles>
  /** Closes them, and tells of the recording. */
  close(output: Output): Promise<void>
}

/**
 * Opens all of it: what can fail here fails before anybody is called.
 *
 * Rejects with {@link HufuError} `ERR_FILE_READ`, `ERR_FILE_WRITE`, `ERR_AUDIO_FORMAT`.
 *
 * @param failed the recording cannot go on
 */
export async function withFiles(
  { send, receive, audio, record }: CallOptions,
  failed: (error: HufuError) => void,
): Promise<WithFiles> {
  const sources: OpenedSource[] = []
  for (const path of send) sources.push(await openCallSource(path))
  if (receive !== undefined) {
    const { makeDirectory } = await import('../files/directory.ts')
    makeDirectory(receive)
  }
  const sound =
    audio === undefined && record === undefined ? undefined : await import('../audio/index.ts')
  let source = audio === undefined ? undefined : await sound!.openAudio(audio)
  const recorder =
    record === undefined ? undefined : await sound!.openRecorder(record, systemClock, failed)
  const files: WithFiles = {
    sources,
    receive,
    audio: source,
    recorder,
    async rewound() {
      if (source === undefined || audio === undefined) return files
      await source.close()
      source = undefined
      // what a pipe has given is gone
      const isFile = await stat(audio).then(
        (info) => info.isFile(),
        () => true,
      )
      if (isFile) source = await sound!.openAudio(audio)
      return { ...files, audio: source }
    },
    async close(output) {
      await source?.close()
      if (recorder === undefined || record === undefined) return
      const counts = await recorder.close()
      if (counts === undefined) return output.note(`${record}: nothing to record`)
      await output.event({ event: 'recorded', path: record, ...counts })
      output.note(`recorded ${record}`)
    },
  }
  return files
}

/** What opens beside them; they are closed if it does not. */
export async function orClosed<T>(
  opening: Promise<T>,
  files: WithFiles,
  output: Output,
): Promise<T> {
  try {
    return await opening
  } catch (error) {
    await files.close(output)
    throw error
  }
}

/** A file to be sent in a call. Rejects with {@link HufuError} `ERR_FILE_READ`, for a folder too. */
export async function openCallSource(path: string): Promise<OpenedSource> {
  const { openSource } = await import('../files/source.ts')
  const opened = await openSource(path)
  if (opened.source.kind === 'file') return opened
  await opened.source.close()
  throw new HufuError('ERR_FILE_READ', `${path}: a folder; in a call only files are sent`)
}
