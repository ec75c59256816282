import type { IncomingMessage } from 'node:http'
import { HufuError } from '@hufu/protocol/wire'

/** Octets of a request's body: the longest message of a terminal, in base64, and what goes with it. Our choice. */
export const MOST_BODY_OCTETS = 32_768

/** An answer with a status of its own. */
export class StatusError extends HufuError {
  readonly status: number

  constructor(status: number, message: string) {
    super('ERR_API_REQUEST', message)
    this.status = status
  }
}

/** True if a body follows the headers (RFC 9112 §6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers
  return encoding !== undefined || (length !== undefined && length !== '0')
}

/**
 * The JSON value in the body of `request`.
 *
 * @throws {HufuError} `ERR_API_REQUEST` (no JSON in UTF-8, or encoded), `ERR_WIRE_OVERSIZE` (longer than
 * {@link MOST_BODY_OCTETS}).
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const {
    'content-type': type = '',
    'content-encoding': encoding,
    'content-length': length,
  } = request.headers
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(type.trim()))
    throw new StatusError(415, 'the body must be application/json')
  if (encoding !== undefined) throw new StatusError(415, 'the body must not be compressed')
  if (Number(length ?? 0) > MOST_BODY_OCTETS) throw tooLong()
  const chunks: Buffer[] = []
  let octets = 0
  for await (const chunk of request) {
    octets += (chunk as Buffer).length
    if (octets > MOST_BODY_OCTETS) throw tooLong()
    chunks.push(chunk as Buffer)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    // without the cause: its text quotes the body
    throw new HufuError('ERR_API_REQUEST', 'the body is no JSON in UTF-8')
  }
}

function tooLong(): HufuError {
  return new HufuError('ERR_WIRE_OVERSIZE', `a body has at most ${MOST_BODY_OCTETS} octets`)
}
