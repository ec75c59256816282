import { fileURLToPath } from 'node:url'
import { defineConfig, type UserConfig } from 'vite'
import { offline } from './vite.offline.ts'
import { shorterWords } from './vite.words.ts'

const ROOT = fileURLToPath(new URL('.', import.meta.url))
/** The terminal library and what it stands on: measured as one chunk by scripts/bundle.mjs. */
const PAIR_LIBRARY =
  /[\\/]packages[\\/](?:protocol|terminal)[\\/]|[\\/]node_modules[\\/]@noble[\\/]/
/** What of it only users with keys need: X.509, signing in, the curve of tokens. Loaded when `signin()` asks for it. */
const OF_USERS = new RegExp(
  [
    'protocol/src/(?:identity|ceremonies/signin)/',
    'protocol/src/crypto/(?:more|noble/(?:(?:ecdsa-)?p256|chacha20poly1305|cipher)|p256-encoding)\\.ts$',
    'terminal/src/(?:signin|identity)/',
    '@noble/(?:curves/(?:nist|abstract/(?:weierstrass|der))|ciphers/[a-z0-9_]+)\\.js$',
  ].join('|'),
)

/** True for the modules of the pair library. */
function isOfPair(id: string): boolean {
  return PAIR_LIBRARY.test(id) && !OF_USERS.test(id.replaceAll('\\', '/'))
}

const config: UserConfig = defineConfig({
  root: ROOT,
  // The app may stand in any folder of any origin.
  base: './',
  plugins: [shorterWords(), offline(`${ROOT}public`)],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // A strict Content-Security-Policy allows neither inline scripts nor data: URLs.
    assetsInlineLimit: 0,
    // The library is fetched together with the app, not after it.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: `${ROOT}index.html`,
        console: `${ROOT}console.html`,
        sw: `${ROOT}src/worker/offline.ts`,
      },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        codeSplitting: { groups: [{ name: 'pair', test: isOfPair }] },
      },
    },
  },
})

export default config
