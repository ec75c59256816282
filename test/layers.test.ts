import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OXLINT = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint')
const LAYERS = 'eslint(no-restricted-imports)'
const NODE = 'import(no-nodejs-modules)'
const CYCLE = 'import(no-cycle)'
const CONSOLE = 'eslint(no-console)'

const FLOORS = ['session', 'group', 'identity', 'ceremonies'] as const

/** What must be refused: where it stands, what it says, the rule that refuses it. */
const FORBIDDEN: readonly (readonly [file: string, source: string, rule: string])[] = [
  ...[
    '@hufu/pkcs11',
    '@hufu/server',
    '@hufu/terminal',
    '@hufu/web',
    'hufu',
    '@hufu/protocol/wire',
  ].map((name) => ['protocol/src/crypto/a.ts', name, LAYERS] as const),
  ...['@hufu/server', '@hufu/terminal', '@hufu/web', 'hufu'].map(
    (name) => ['pkcs11/src/a.ts', name, LAYERS] as const,
  ),
  ['pkcs11/src/a.ts', '../../server/src/index.ts', LAYERS],
  ['protocol/src/wire/a.ts', '@hufu/server', LAYERS],
  ['protocol/src/session/a.ts', '@hufu/terminal', LAYERS],
  ['protocol/src/ceremonies/pair/a.ts', '@hufu/server', LAYERS],
  ['protocol/src/ceremonies/ota/roles/a.ts', '@hufu/server', LAYERS],
  ['protocol/src/wire/a.ts', '../../../server/src/index.ts', LAYERS],
  ['protocol/src/crypto/hash.ts', 'node:crypto', NODE],
  ['protocol/src/crypto/noble/hash.ts', 'node:crypto', NODE],
  ['protocol/src/ceremonies/pair/a.ts', 'node:crypto', NODE],
  ['protocol/src/crypto/a.ts', '../wire/cbor.ts', LAYERS],
  ['protocol/src/crypto/node/a.ts', '../../wire/cbor.ts', LAYERS],
  ...['crypto', 'wire'].flatMap((floor) =>
    FLOORS.map((above) => [`protocol/src/${floor}/a.ts`, `../${above}/index.ts`, LAYERS] as const),
  ),
  ...(['session', 'group', 'identity'] as const).flatMap((floor) =>
    FLOORS.filter((other) => other !== floor).map(
      (other) => [`protocol/src/${floor}/a.ts`, `../${other}/index.ts`, LAYERS] as const,
    ),
  ),
  ['protocol/src/ceremonies/pair/a.ts', '../signin/index.ts', LAYERS],
  ['protocol/src/ceremonies/pair/a.ts', '../../ceremonies/signin/index.ts', LAYERS],
  ['protocol/src/ceremonies/seventh/a.ts', '../pair/index.ts', LAYERS],
  ['protocol/src/ceremonies/call/roles/a.ts', '../../pair/index.ts', LAYERS],
  ...['@hufu/pkcs11', '@hufu/server', '@hufu/web', 'hufu'].map(
    (name) => ['terminal/src/a.ts', name, LAYERS] as const,
  ),
  ['terminal/src/a.ts', '../../server/src/index.ts', LAYERS],
  ['terminal/src/a.ts', 'node:net', NODE],
  ...['@hufu/terminal', '@hufu/web', 'hufu'].map(
    (name) => ['server/src/relay/a.ts', name, LAYERS] as const,
  ),
  ['server/src/a.ts', '../../terminal/src/index.ts', LAYERS],
  ['server/src/a.ts', '../../pkcs11/src/index.ts', LAYERS],
  ...['@hufu/protocol/wire', '@hufu/pkcs11', '@hufu/server', 'hufu'].map(
    (name) => ['web/src/a.tsx', name, LAYERS] as const,
  ),
  ['web/src/a.tsx', 'node:fs', NODE],
  ['cli/src/a.ts', '@hufu/web', LAYERS],
  ['cli/src/a.ts', '../../web/src/index.ts', LAYERS],
]

const ALLOWED: readonly (readonly [file: string, source: string])[] = [
  ['protocol/src/crypto/a.ts', '../wire/errors.ts'],
  ['protocol/src/crypto/a.ts', '#backend/hash.ts'],
  ['protocol/src/crypto/a.ts', './b.ts'],
  ['protocol/src/crypto/node/a.ts', 'node:crypto'],
  ['protocol/src/crypto/a.test.ts', 'node:test'],
  ['protocol/src/wire/a.ts', '../crypto/index.ts'],
  ['protocol/src/session/a.ts', '../wire/index.ts'],
  ['protocol/src/session/a.testing.ts', 'node:assert'],
  ['protocol/src/ceremonies/pair/a.ts', '../../session/index.ts'],
  ['protocol/src/ceremonies/call/roles/a.ts', '../../../group/index.ts'],
  ['protocol/src/ceremonies/call/roles/a.ts', '../messages.ts'],
  ['terminal/src/a.ts', '@hufu/protocol/wire'],
  ['pkcs11/src/a.ts', '@hufu/protocol/wire'],
  ['pkcs11/src/a.ts', 'node:worker_threads'],
  ['server/src/a.ts', '@hufu/protocol/pair'],
  ['server/src/a.ts', '@hufu/pkcs11'],
  ['server/src/a.ts', 'node:http'],
  ['server/src/a.ts', 'ws'],
  ['web/src/a.tsx', '@hufu/terminal'],
  ['cli/src/a.ts', '@hufu/pkcs11'],
  ['cli/src/a.ts', '@hufu/server'],
  ['cli/src/a.ts', '@hufu/terminal'],
  ['cli/src/a.ts', 'node:fs'],
]

/** Plain code that must be refused wherever it stands in a package. */
const BAD_CODE: readonly (readonly [name: string, code: string, rule: string])[] = [
  ['console', `console.log('x')`, CONSOLE],
  ['any', 'export const x: any = 1', 'typescript(no-explicit-any)'],
  [
    'floating',
    'async function f(): Promise<void> {}\nf()\nexport {}',
    'typescript(no-floating-promises)',
  ],
  [
    'misused',
    'export function f(p: Promise<boolean>): number {\n  return p ? 1 : 2\n}',
    'typescript(no-misused-promises)',
  ],
  [
    'switch',
    `export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n  }\n}`,
    'typescript(switch-exhaustiveness-check)',
  ],
  [
    'boolean',
    'export function f(x: string | undefined): number {\n  return x ? 1 : 2\n}',
    'typescript(strict-boolean-expressions)',
  ],
]

interface Finding {
  readonly rule: string
  readonly file: string
}

describe('lint rules', () => {
  let folder: string
  let findings: readonly Finding[]

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hufu-layers-'))
    for (const name of ['.oxlintrc.json', 'tsconfig.base.json']) {
      await cp(join(ROOT, name), join(folder, name))
    }
    await plant('tsconfig.json', '{ "extends": "./tsconfig.base.json", "include": ["packages"] }')
    for (const [index, [file, source]] of FORBIDDEN.entries()) {
      await plant(planted('forbidden', index, file), importing(source))
    }
    for (const [index, [file, source]] of ALLOWED.entries()) {
      await plant(planted('allowed', index, file), importing(source))
    }
    for (const [name, code] of BAD_CODE) await plant(`packages/server/src/bad-${name}.ts`, code)
    await plant('packages/server/src/ring-a.ts', `import './ring-b.ts'\nexport const a = 1\n`)
    await plant('packages/server/src/ring-b.ts', `import './ring-a.ts'\nexport const b = 1\n`)
    await plant('packages/cli/src/prints.ts', `console.log('x')\n`)
    findings = await lint(folder, ['--type-aware'])
  })

  after(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  async function plant(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }

  function rulesAt(path: string): readonly string[] {
    return findings.filter(({ file }) => file === path).map(({ rule }) => rule)
  }

  for (const [index, [file, source, rule]] of FORBIDDEN.entries()) {
    test(`${file} must not import ${source}`, () => {
      const rules = rulesAt(planted('forbidden', index, file))
      assert.ok(rules.includes(rule), `found: ${rules.join(', ')}`)
    })
  }

  for (const [index, [file, source]] of ALLOWED.entries()) {
    test(`${file} may import ${source}`, () => {
      assert.deepEqual(rulesAt(planted('allowed', index, file)), [])
    })
  }

  for (const [name, , rule] of BAD_CODE) {
    test(`${rule} is on`, () => {
      const rules = rulesAt(`packages/server/src/bad-${name}.ts`)
      assert.ok(rules.includes(rule), `found: ${rules.join(', ')}`)
    })
  }

  test('a ring of imports is found', () => {
    assert.ok(rulesAt('packages/server/src/ring-a.ts').includes(CYCLE))
  })

  test('the command line may print', () => {
    assert.deepEqual(rulesAt('packages/cli/src/prints.ts'), [])
  })

  test('the tree as it is keeps to the layers', async () => {
    const rules = new Set([LAYERS, NODE, CYCLE, CONSOLE])
    const broken = (await lint(ROOT, ['packages'])).filter(({ rule }) => rules.has(rule))
    assert.deepEqual(broken, [])
  })
})

/** One file for each case, in the folder that the case is about: `crypto/a.ts` → `crypto/forbidden-3.ts`. */
function planted(kind: string, index: number, file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1)
  return `packages/${dirname(file)}/${kind}-${index}${name.slice(name.indexOf('.'))}`
}

function importing(source: string): string {
  return `import { x } from '${source}'\nexport const y: unknown = x\n`
}

async function lint(cwd: string, args: readonly string[]): Promise<readonly Finding[]> {
  const stdout = await new Promise<string>((resolve) => {
    const all = [OXLINT, '--format', 'json', ...args]
    // Findings make its exit code 1, so the output alone tells whether it ran.
    execFile(process.execPath, all, { cwd, maxBuffer: 64 << 20 }, (_error, out) => resolve(out))
  })
  const report = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly code: string; readonly filename: string }[]
  }
  return report.diagnostics.map(({ code, filename }) => ({
    rule: code,
    file: filename.replaceAll('\\', '/'),
  }))
}
