import { base64url } from '@hufu/protocol/crypto'
import type { Identified } from '@hufu/terminal'
import { MESSAGES } from '../messages.ts'
import type { Output } from '../output.ts'

/** Tells who the other is: verified, and since when; or only what it says. Resolves false if nobody reads stdout any more. */
export async function tellIdentified(who: Identified, output: Output): Promise<boolean> {
  for (const line of who.verified ? verifiedLines(who) : claimedLines(who)) output.note(line)
  if (!who.verified) {
    const { user = null, code = null, known } = who
    return output.event({ event: 'identified', user, verified: false, code, known })
  }
  const { user, kind, keyId, pinned, sinceUnixMs } = who
  const key = base64url(keyId)
  const since = new Date(sinceUnixMs).toISOString()
  return output.event({ event: 'identified', user, verified: true, kind, key, pinned, since })
}

/** How a kind of key is called in a sentence. */
export const KIND_TEXT: Readonly<Record<Verified['kind'], string>> = {
  software: 'a software key',
  token: 'a hardware token',
  passkey: 'a passkey, which the server’s page handles',
  outside: 'a key that another authority certified',
}

type Verified = Extract<Identified, { verified: true }>

function verifiedLines({ user, kind, pinned, sinceUnixMs }: Verified): readonly string[] {
  const since = new Date(sinceUnixMs).toISOString().slice(0, 10)
  const known = {
    new: 'met for the first time',
    same: `known since ${since}`,
    changed: `known since ${since}, now with a key that you have accepted`,
  }
  return [`the other is ${user}, verified by ${KIND_TEXT[kind]}; ${known[pinned]}`]
}

function claimedLines({
  user,
  code,
  known,
}: Extract<Identified, { verified: false }>): readonly string[] {
  if (user === undefined) return ['the other shows no key: who it is is not verified']
  if (code === undefined)
    return [
      known
        ? `hufu: the other shows no key, though ${user} was verified before: be sure who it is`
        : `the other shows no key: that it is ${user} is not verified`,
    ]
  return [`the other claims to be ${user}, not verified: ${MESSAGES[code].what} (${code})`]
}
