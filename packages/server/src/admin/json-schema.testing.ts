import assert from 'node:assert/strict'

type Node = Readonly<Record<string, unknown>>

/**
 * Holds `value` against a JSON Schema, by a reading of the keywords of its own: what the schemas here use, and no other
 * keyword passes.
 */
export function assertFits(schema: unknown, value: unknown, where: string): void {
  const { type, ...rest } = schema as Node
  if (type !== undefined) assert.equal(typeOf(value, type), type, where)
  for (const [keyword, wanted] of Object.entries(rest)) {
    const check = KEYWORDS[keyword]
    assert.ok(check !== undefined, `${where}: nobody reads the keyword ${keyword}`)
    check(wanted, value, where, schema as Node)
  }
}

type Check = (wanted: unknown, value: unknown, where: string, schema: Node) => void

const KEYWORDS: Readonly<Record<string, Check>> = {
  description: () => undefined,
  enum: (wanted, value, where) => assert.ok((wanted as unknown[]).includes(value), where),
  minLength: (wanted, value, where) => assert.ok((value as string).length >= Number(wanted), where),
  maxLength: (wanted, value, where) => assert.ok((value as string).length <= Number(wanted), where),
  pattern: (wanted, value, where) =>
    assert.match(value as string, new RegExp(String(wanted), 'u'), where),
  minimum: (wanted, value, where) => assert.ok(Number(value) >= Number(wanted), where),
  maximum: (wanted, value, where) => assert.ok(Number(value) <= Number(wanted), where),
  maxItems: (wanted, value, where) =>
    assert.ok((value as unknown[]).length <= Number(wanted), where),
  items: (wanted, value, where) => {
    for (const [at, item] of (value as unknown[]).entries())
      assertFits(wanted, item, `${where}[${at}]`)
  },
  required: (wanted, value, where) => {
    for (const name of wanted as string[])
      assert.ok(Object.hasOwn(value as Node, name), `${where}.${name}`)
  },
  properties: (wanted, value, where) => {
    for (const [name, schema] of Object.entries(wanted as Node))
      if (Object.hasOwn(value as Node, name))
        assertFits(schema, (value as Node)[name], `${where}.${name}`)
  },
  additionalProperties: (wanted, value, where, schema) => {
    const known = Object.keys(schema['properties'] ?? {})
    for (const [name, item] of Object.entries(value as Node)) {
      if (known.includes(name)) continue
      assert.notEqual(wanted, false, `${where}.${name} is not listed`)
      assertFits(wanted, item, `${where}.${name}`)
    }
  },
  anyOf: (wanted, value, where) => {
    const fits = (wanted as unknown[]).some((each) => {
      try {
        assertFits(each, value, where)
        return true
      } catch {
        return false
      }
    })
    assert.ok(fits, where)
  },
}

function typeOf(value: unknown, wanted: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (Number.isSafeInteger(value) && wanted === 'integer') return 'integer'
  return typeof value
}
