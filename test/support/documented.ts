import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startDaemon } from './daemon.ts'

/** docs/operations.md. */
export const OPERATIONS: string = readFileSync(
  new URL('../../docs/operations.md', import.meta.url),
  'utf8',
)

/** What a reader of the page has to put in. */
export interface Place {
  /** For configurations and what the proxy keeps. */
  readonly folder: string
  /** Where the proxy listens, on 127.0.0.1, for the host `localhost`. */
  readonly port: number
  /** Where hufu listens. */
  readonly hufu: number
  /** PEM files. */
  readonly cert: string
  readonly key: string
}

/** Starts nginx with the page's configuration, and gives what ends it. */
export async function startNginx(place: Place): Promise<() => Promise<void>> {
  const { folder } = place
  const [site, path] = [documented('nginx', 0), documented('nginx', 1)]
  const http = filledIn(site.replace('    location / {', `${path}\n    location / {`), [
    ['hufu.example;', 'localhost;'],
    ['listen 443', `listen 127.0.0.1:${place.port}`],
    ...filesAndServer(place),
  ])
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (each) => `${each}_temp_path ${folder}/${each};`,
  )
  const lines = [
    process.getuid?.() === 0 ? 'user root;' : '', // the folder is for nobody else
    `daemon off; pid ${folder}/nginx.pid; worker_processes 1; events {}`,
    `http { access_log off; ${temporary.join(' ')}`,
    `${http}}`,
  ]
  const config = join(folder, 'nginx.conf')
  await writeFile(config, lines.join('\n'))
  return startDaemon(['/usr/sbin/nginx', '-e', 'stderr', '-p', folder, '-c', config], place.port)
}

/** Starts Caddy with the page's configuration, and gives what ends it. */
export async function startCaddy(place: Place): Promise<() => Promise<void>> {
  const { folder } = place
  const [site, path] = [documented('caddyfile', 0), documented('caddyfile', 1)]
  const sites = filledIn(site.replace('\treverse_proxy', `${path}\n\treverse_proxy`), [
    ['hufu.example {', `https://localhost:${place.port} {`],
    ...filesAndServer(place),
  ])
  const options = ['admin off', 'default_bind 127.0.0.1', 'auto_https disable_redirects']
  const config = join(folder, 'Caddyfile')
  await writeFile(config, `{\n${options.join('\n')}\n}\n${sites}`)
  const command = ['caddy', 'run', '--config', config, '--adapter', 'caddyfile'] as const
  const home = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  return startDaemon(command, place.port, home)
}

type Values = readonly (readonly [there: string, value: string])[]

function filesAndServer({ cert, key, hufu }: Place): Values {
  return [
    ['/etc/ssl/hufu.example.pem', cert],
    ['/etc/ssl/hufu.example.key', key],
    ['127.0.0.1:4680', `127.0.0.1:${hufu}`],
  ]
}

/** The page's block of that language and number. */
function documented(language: string, number: number): string {
  const blocks = [...OPERATIONS.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
  const text = blocks.filter(([, name]) => name === language)[number]?.[2]
  assert.ok(text !== undefined, `docs/operations.md has no block ${number} of ${language}`)
  return text
}

/** The configuration with values put in; what they replace must be there. */
function filledIn(config: string, values: Values): string {
  return values.reduce((so, [there, value]) => {
    assert.ok(so.includes(there), `the documented configuration has no ${there}`)
    return so.replaceAll(there, value)
  }, config)
}
