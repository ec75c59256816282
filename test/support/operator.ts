import type { Served } from './serve.ts'

/** Whoever runs a server, over its API. */
export interface Operator {
  /** Asks for `path` below `/api/v1`; throws if it is refused. */
  call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown>
  /** The code of an invitation to a key, or to a terminal's chip. */
  invite(user: string, kind?: 'key' | 'terminal'): Promise<string>
}

/** Opens the first account of a server by the code that it prints. */
export async function operatorOf({ origin, setupCode }: Served): Promise<Operator> {
  const code = await setupCode()
  let session: string | undefined
  const call: Operator['call'] = async (method, path, body) => {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: {
        'X-Hufu-Request': '1',
        ...(session === undefined ? {} : { Authorization: `Bearer ${session}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
    return response.json()
  }
  const account = { name: 'root', passphrase: 'a passphrase of some length', keeper: 'program' }
  session = ((await call('POST', '/setup', { ...account, code })) as { session: string }).session
  return {
    call,
    async invite(user, kind = 'key') {
      return ((await call('POST', '/invitations', { user, kind })) as { code: string }).code
    },
  }
}
