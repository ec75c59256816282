// npm test                  every *.test.ts
// npm run test:long         every *.long.ts
// npm test -- FILE…         those files or patterns only
// npm test -- --test-name-pattern=TEXT   options of `node --test`, written with "="
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { installPackages } from './debian.mjs'
import { ready, ROOT } from './ready.mjs'
import { run } from './run.mjs'
import { scratchFolder } from './scratch.mjs'

const args = process.argv.slice(2)
const long = args.includes('--long')
const options = args.filter((arg) => arg.startsWith('-') && arg !== '--long')
const files = args.filter((arg) => !arg.startsWith('-'))
const suffix = long ? 'long' : 'test'
const patterns =
  files.length > 0
    ? files
    : ['packages', 'test', 'bench'].map((folder) => `${folder}/**/*.${suffix}.ts`)

// The long tests take the browser as people have it, where it is installed.
const whole = '/usr/bin/chromium'
const browser = long && existsSync(whole) ? { HUFU_TEST_BROWSER: whole } : {}

const node = ready()
if (!long) installPackages(files.length > 0 ? files : undefined)
const scratch = long ? undefined : scratchFolder()
const code = await run(
  node,
  // one more than there are cores: tests of whole systems wait for each other more than they compute
  ['--test', `--test-concurrency=${availableParallelism() + 1}`, ...options, ...patterns],
  {
    ...browser,
    ...(scratch && { TMPDIR: scratch.path }),
    NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'compile'),
  },
)
scratch?.remove()
process.exit(code)
