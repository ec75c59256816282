// npm start: installs what is missing, builds the web app, serves everything on http://localhost:4680,
// with its data in ./data.
// npm start -- --listen 127.0.0.1:5000 passes its arguments on to `hufu serve`.
import { join } from 'node:path'
import { ready, ROOT } from './ready.mjs'
import { run } from './run.mjs'

const args = process.argv.slice(2)
const node = ready()

const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
const built = await run(node, [vite, 'build', '--logLevel', 'warn', join('packages', 'web')])
if (built !== 0) process.exit(built)

const hufu = join(ROOT, 'packages', 'cli', 'bin', 'hufu.mjs')
const web = { HUFU_WEB: process.env.HUFU_WEB ?? join(ROOT, 'packages', 'web', 'dist') }
process.exit(await run(node, [hufu, 'serve', ...args], web))
