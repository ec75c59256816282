import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scope } from '../harness/scope.ts'
import { watchMemory, type BrowserMemory } from './browser-memory.ts'
import { CHROMIUM, FLAGS, PATIENCE_MS } from './chromium.ts'
import { devTools, type Answer, type DevTools } from './devtools.ts'

/**
 * A browser process of its own, with a profile on disk that nobody used before, and one page in it. As a user has it:
 * nothing inspects what the page sends and receives.
 */
export interface PlainBrowser {
  readonly tools: DevTools
  /** Session of the page, for {@link DevTools.send}. */
  readonly session: string
  open(url: string): Promise<void>
  /** What a script in the page gives, awaited; as if a user's act had called it. */
  evaluate<T>(script: string): Promise<T>
  /** Evaluates at every change of the page until it gives something, and resolves with that if it is a text. */
  until(script: string): Promise<unknown>
  /** Chooses a file in the input that the script gives. */
  choose(input: string, path: string): Promise<void>
  /** Resolves with the path of what is downloaded next, when it is whole. */
  downloaded(): Promise<string>
  /** Most octets that have been resident so far. */
  memory(): Promise<BrowserMemory>
  /** Ends the browser and deletes its profile. */
  close(): Promise<void>
}

/** Starts Chromium, in English, with an empty page. It ends with this process, too: its pipe does. */
export async function plainBrowser(scope: Scope): Promise<PlainBrowser> {
  const profile = await mkdtemp(join(scope.folder, 'profile-'))
  const args = [
    ...FLAGS,
    '--remote-debugging-pipe',
    '--window-size=1280,800',
    '--accept-lang=en-GB',
  ]
  const child = spawn(CHROMIUM, [...args, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const tools = devTools(child)
  const session = await attach(tools)
  const watch = watchMemory(tools)
  const behaviour = { behavior: 'allowAndName', downloadPath: scope.folder, eventsEnabled: true }
  await tools.send('Browser.setDownloadBehavior', behaviour)

  const evaluated = async (script: string, returnByValue: boolean): Promise<Remote> => {
    const how = { expression: script, awaitPromise: true, userGesture: true, returnByValue }
    const { result, exceptionDetails } = await tools.send('Runtime.evaluate', how, session)
    if (exceptionDetails === undefined) return result as Remote
    const { exception, text } = exceptionDetails as Thrown
    throw new Error(exception?.description ?? text)
  }
  const evaluate = async <T>(script: string): Promise<T> =>
    (await evaluated(script, true)).value as T

  return {
    tools,
    session,
    evaluate,
    async open(url) {
      await tools.send('Page.enable', {}, session)
      const loaded = tools.event('Page.loadEventFired')
      await tools.send('Page.navigate', { url }, session)
      await loaded
    },
    until: (script) => evaluate<unknown>(untilGiven(script)),
    async choose(input, path) {
      const { objectId } = await evaluated(input, false)
      await tools.send('DOM.setFileInputFiles', { files: [path], objectId }, session)
    },
    async downloaded() {
      const { guid } = await tools.event('Browser.downloadWillBegin')
      const isWhole = (said: Answer): boolean =>
        said['guid'] === guid && said['state'] === 'completed'
      await tools.event('Browser.downloadProgress', isWhole)
      return join(scope.folder, String(guid))
    },
    memory: () => watch.most(),
    async close() {
      watch.stop()
      await tools.send('Browser.close').catch(() => undefined)
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Remote {
  readonly value?: unknown
  readonly objectId?: string
}
interface Thrown {
  readonly text: string
  readonly exception?: { readonly description?: string }
}

/** The session of the one page. */
async function attach(tools: DevTools): Promise<string> {
  const { targetInfos } = await tools.send('Target.getTargets')
  const targets = targetInfos as readonly { readonly type: string; readonly targetId: string }[]
  const page = targets.find(({ type }) => type === 'page')
  const { targetId } = page ?? (await tools.send('Target.createTarget', { url: 'about:blank' }))
  const { sessionId } = await tools.send('Target.attachToTarget', { targetId, flatten: true })
  return String(sessionId)
}

function untilGiven(script: string): string {
  return `new Promise((resolve, reject) => {
    const watcher = new MutationObserver(() => look())
    const look = () => {
      try {
        const given = ${script}
        if (!given) return
        resolve(given === true || typeof given === 'string' ? given : true)
      } catch (error) {
        reject(error)
      }
      watcher.disconnect()
    }
    watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    setTimeout(() => reject(new Error(${JSON.stringify(`not in time: ${script}`)})), ${PATIENCE_MS})
    look()
  })`
}
