// npm run bench -- ARGS: runs bench/main.ts on our Node.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { giveUp, ready, ROOT } from './ready.mjs'
import { run } from './run.mjs'

const node = ready()
const main = join(ROOT, 'bench', 'main.ts')
if (!existsSync(main)) giveUp('there is no benchmark yet (bench/main.ts)')
process.exit(await run(node, [main, ...process.argv.slice(2)]))
