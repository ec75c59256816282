import { loadavg } from 'node:os'
import type { Benchmark } from './harness/benchmark.ts'
import { serveApp } from './web/app.ts'
import { measureLoad } from './web/load.ts'
import { measureTransfer, ROUNDS } from './web/transfer.ts'
import { measureUsable, VISITS } from './web/usable.ts'

/** The web app in Chromium: what it costs to load, when it can be used, and files between pages. */
export const web: Benchmark = {
  name: 'web',
  about:
    'The web app as built, served by `hufu serve` on loopback, in Chromium without a window; every run has a browser process and a profile of its own. First load: what the page loads until it can be used, by the browser’s own account, and the same files by gzip -9. Usable: from the start of the navigation to the first frame in which a click at “New session” meets that button, with the page’s processor four times slower (DevTools). Then a file of 200 MB of random octets between two browsers, into the downloads, beside the same from `hufu pair --send` to `hufu pair --receive`, over the same server, turn by turn; these browsers are told what to do by DevTools with its Network domain off, since with it on, as test drivers have it, the browser hands every WebSocket message to the driver, which no user’s browser does; the clock runs from the moment at which it is taken, and what arrived is compared by SHA-256. The least pages show what is there to be reached: two pages that read a file, seal and open it by WebCrypto and write it to the page’s own folder, with a server that passes octets on, and nothing else: no handshake, no acknowledgement, no resuming, no interface. Memory: the most that was ever resident (VmHWM) of the process of the page with its workers, and of the browser’s own, shared memory included.',
  packages: ['chromium'],
  limitMs: 900_000,
  run: async (scope, say) => {
    const busy = loadavg()[0]!.toFixed(1)
    const app = await serveApp(scope)
    const load = await measureLoad(scope, app)
    const usable = await measureUsable(scope, app)
    for (const { what, hufu } of usable) say(`${what}: ${hufu.toFixed(0)} ms`)
    const transfer = await measureTransfer(scope, app, say)
    const notes = [
      ...load.notes,
      `${VISITS} visits of each kind, ${ROUNDS} rounds of 200 MB, one of 1 GB`,
      `processes that others kept running at the start (load average of a minute): ${busy}`,
    ]
    return { figures: [...load.figures, ...usable, ...transfer], notes }
  },
}
