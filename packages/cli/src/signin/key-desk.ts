import { enrolled, type SecurityKey } from '@hufu/protocol/identity'
import { parseServer } from '@hufu/terminal'
import type { Arguments } from '../arguments.ts'
import { HOLDINGS, keysOf, type HoldingPorts, type StoredKey } from '../keys/index.ts'
import { keyQuestions, type KeyQuestions } from '../keys/questions.ts'
import type { Output } from '../output.ts'
import { profileFolder } from '../profile/folder.ts'
import { issuersFile, type IssuersFile } from '../profile/issuers.ts'
import { placesFile, type SignInPlace } from '../profile/places.ts'
import type { Shelf } from '../profile/shelf.ts'

/** What the commands of users work with before they connect: the profile, and who sits there. */
export interface KeyDesk {
  readonly profile: string
  /** URL of the server that is meant. */
  readonly server: string
  readonly keys: Shelf<StoredKey>
  readonly issuers: IssuersFile
  readonly places: Shelf<SignInPlace>
  readonly questions: KeyQuestions
  /** What a holding of keys is given for the key of that name. */
  holdingPorts(name: string): HoldingPorts
  /** Opens a key of the profile: it speaks for its user then. Rejects as `KeyHolding.open`. */
  open(key: StoredKey): Promise<SecurityKey>
}

/** The desk for a command line. @throws {HufuError} `ERR_USAGE` if the server's address is none. */
export function keyDesk(args: Arguments, output: Output, signal?: AbortSignal): KeyDesk {
  const profile = profileFolder(process.env)
  const questions = keyQuestions(output, {
    codeFromStdin: args.has('code-stdin'),
    ...(signal === undefined ? {} : { signal }),
  })
  const holdingPorts = (name: string): HoldingPorts => ({ args, questions, profile, name })
  return {
    profile,
    server: serverOf(args),
    keys: keysOf(profile),
    issuers: issuersFile(profile),
    places: placesFile(profile),
    questions,
    holdingPorts,
    async open(stored) {
      const holding = await HOLDINGS[stored.heldBy]()
      const holder = await holding.open(stored, holdingPorts(stored.name))
      return enrolled(holder, stored.user, stored.certificates)
    },
  }
}

function serverOf(args: Arguments): string {
  const { HUFU_SERVER: server } = process.env
  const usual = server === undefined || server === '' ? 'http://localhost:4680' : server
  return parseServer(args.one('server') ?? usual).url
}
