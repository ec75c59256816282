import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HufuError } from '@hufu/protocol/wire'
import { makeFolders } from '@hufu/server/folders'

/** The web app as files, by path, and the list that tells them from any others. */
export interface Bundle {
  readonly files: ReadonlyMap<string, Buffer>
  /** `sha256-…` by path, as in an `integrity` attribute. */
  readonly list: Readonly<Record<string, string>>
}

const LIST = 'integrity.json'
const PAGE = 'index.html'
const WORKER = 'sw.js'
/** Where `npm start` builds the web app. */
const BUILT = fileURLToPath(new URL('../../../web/dist/', import.meta.url))

/**
 * The built web app, made to meet at `server` if one is given. The page and the worker's list of files change with it, and
 * nothing else.
 *
 * @throws {HufuError} `ERR_USAGE` if it is not built, or not as its own list says.
 */
export async function readBundle(
  server: string | undefined,
  folder: string = BUILT,
): Promise<Bundle> {
  const list = await readList(join(folder, LIST))
  const files = new Map<string, Buffer>()
  for (const [path, integrity] of Object.entries(list)) {
    const content = await readFile(join(folder, path)).catch((cause: unknown) => {
      throw new HufuError('ERR_USAGE', `the built web app lacks ${path}: build it anew`, { cause })
    })
    if (integrityOf(content) !== integrity)
      throw new HufuError('ERR_USAGE', `${path} is not what was built: build the web app anew`)
    files.set(path, content)
  }
  return server === undefined ? { files, list } : pointedAt(server, files)
}

/**
 * Writes the files and their list into `folder`, which must not hold other files of these names.
 *
 * @throws {HufuError} `ERR_FILE_WRITE`
 */
export async function writeBundle(bundle: Bundle, folder: string): Promise<void> {
  try {
    for (const [path, content] of bundle.files) {
      makeFolders(dirname(join(folder, path)), 0o777)
      await writeFile(join(folder, path), content)
    }
    await writeFile(join(folder, LIST), `${JSON.stringify({ files: bundle.list }, null, 2)}\n`)
  } catch (cause) {
    throw new HufuError('ERR_FILE_WRITE', `${folder} cannot be written`, { cause })
  }
}

/** The integrity of a file, in the form of an `integrity` attribute (https://www.w3.org/TR/sri/). */
export function integrityOf(content: Uint8Array): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`
}

function pointedAt(server: string, files: ReadonlyMap<string, Buffer>): Bundle {
  const page = files.get(PAGE)!
  const text = page.toString('utf8')
  const named = text.replace(META, `$1${server}$2`)
  if (named === text)
    throw new HufuError('ERR_USAGE', 'the built page has no place for a server: build it anew')
  const moved = new Map(files).set(PAGE, Buffer.from(named))
  const worker = files.get(WORKER)
  if (worker !== undefined) {
    // The worker keeps what its list says. A page of another server is another version of it.
    const known = worker.toString('utf8')
    const other = integrityOf(moved.get(PAGE)!)
    const version = createHash('sha256').update(other).digest('hex').slice(0, 16)
    const pointed = known
      .replaceAll(integrityOf(page), other)
      .replace(/HUFU_VERSION="[0-9a-f]+"/, `HUFU_VERSION="${version}"`)
    moved.set(WORKER, Buffer.from(pointed))
  }
  const list = Object.fromEntries([...moved].map(([path, content]) => [path, integrityOf(content)]))
  return { files: moved, list }
}

const META = /(<meta name="hufu-server" content=")[^"]*(")/

async function readList(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HufuError('ERR_USAGE', 'the web app is not built yet: `npm start` builds it', {
      cause,
    })
  })
  const { files } = JSON.parse(text) as { readonly files: Readonly<Record<string, string>> }
  return files
}
