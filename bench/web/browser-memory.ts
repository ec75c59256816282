import { cpuSoFar, resident } from '../harness/proc.ts'
import type { DevTools } from './devtools.ts'

/** Octets; each process counts what it shares with others too. */
export interface BrowserMemory {
  /** The process in which the page and its workers run. */
  readonly page: number
  /** The process that keeps the profile, files and downloads. */
  readonly browser: number
}

/** Looks at a browser's processes for as long as it runs. */
export interface MemoryWatch {
  /** Most octets that have been resident since the watch began. */
  most(): Promise<BrowserMemory>
  stop(): void
}

/**
 * Milliseconds between two looks. The system itself keeps what was most, but Chromium now and then begins that count anew
 * for its own records; so much of it may be lost.
 */
const LOOK_MS = 250

/** Begins to look. */
export function watchMemory(tools: DevTools): MemoryWatch {
  const most = new Map<number, number>()
  const look = async (): Promise<readonly Process[]> => {
    const { processInfo } = await tools.send('SystemInfo.getProcessInfo')
    const processes = processInfo as readonly Process[]
    for (const { id } of processes) {
      const now = (await resident(id))?.most ?? 0
      most.set(id, Math.max(now, most.get(id) ?? 0))
    }
    return processes
  }
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS)

  return {
    async most() {
      const processes = await look()
      const browser = processes.find(({ type }) => type === 'browser')
      // Chromium has renderers of its own; the page's is the one that has worked.
      const renderers = await Promise.all(
        processes
          .filter(({ type }) => type === 'renderer')
          .map(async ({ id }) => ({ id, cpu: await cpuSoFar(id).catch(() => 0) })),
      )
      const [busiest] = renderers.toSorted((a, b) => b.cpu - a.cpu)
      if (browser === undefined || busiest === undefined)
        throw new Error('Chromium does not tell its processes')
      return { page: most.get(busiest.id) ?? 0, browser: most.get(browser.id) ?? 0 }
    },
    stop: () => clearInterval(timer),
  }
}

interface Process {
  readonly type: string
  readonly id: number
}
