import { setImmediate as turn } from 'node:timers/promises'
import { hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { exportAudit, faultText, verifyAudit, type ExportRange } from '../../audit/index.ts'
import type { Store } from '../../store/store.ts'
import { auditPage } from '../audit-pages.ts'
import { route, type Lines, type Route } from '../route.ts'
import { digits, list, nullable, object, text, time, whole, type Schema } from '../schema.ts'

export interface AuditPorts {
  readonly store: Store
  /** The data folder. */
  readonly folder: string
}

const MOST = 500

/** Whatever an action's own list says. */
const detail: Schema<unknown> = {
  json: { type: 'object', description: 'What the action lists: see docs/operations.md.' },
  read: (value) => value,
}
const entry = object({
  seq: whole(1),
  at: time,
  actor: text(1, 100),
  action: text(1, 100),
  object: object({ kind: text(0, 100), id: text(0, 200) }),
  outcome: text(1, 100),
  detail,
  hash: text(64, 64),
})

const wanted = object(
  {},
  {
    before: digits(1),
    limit: digits(1, MOST),
    actor: text(1, 100),
    action: text(1, 100),
    object: text(1, 200),
    outcome: text(1, 100),
  },
)
/** The audit record: it is read here, and written by whatever is recorded. */
export function auditRoutes({ store, folder }: AuditPorts): readonly Route[] {
  let verifying = false
  return [
    route({
      id: 'listAudit',
      method: 'GET',
      path: '/audit',
      about:
        'Entries of the audit record, the newest first, that fit all that is asked for. `actor` is whole, or without `operator:` or `token:`; `object` is its id or its kind; `outcome` is `done`, a code, or `refused`: any code. One request looks through a limited number of entries: it goes on before `next`, until that is null.',
      access: 'audit.read',
      query: wanted,
      answer: object({ entries: list(entry, MOST), next: nullable(whole(1)) }),
      handle: ({ query }) => store.read((db) => auditPage(db, query)),
    }),
    route({
      id: 'verifyAudit',
      method: 'POST',
      path: '/audit/verify',
      about:
        'Checks the whole record: the chain, its marks, and the file of marks. `fault` is the first thing that is wrong.',
      access: 'audit.read',
      answer: object({
        entries: whole(0),
        first: whole(0),
        last: whole(0),
        marks: whole(0),
        marked: whole(0),
        restores: list(object({ seq: whole(1), former: whole(0) }), 1_000),
        publicKey: nullable(text(64, 64)),
        fault: nullable(object({ is: text(1, 40), seq: whole(0), text: text(1, 400) })),
      }),
      refuses: ['ERR_BUSY'],
      async handle() {
        if (verifying) throw new HufuError('ERR_BUSY', 'the record is being checked already')
        verifying = true
        try {
          const { publicKey, fault, restores, ...rest } = await verifyAudit(folder)
          return {
            ...rest,
            // the last ones, should there ever be more
            restores: restores.slice(-1_000),
            publicKey: publicKey === undefined ? null : hex(publicKey),
            fault:
              fault === undefined ? null : { is: fault.is, seq: fault.seq, text: faultText(fault) },
          }
        } finally {
          verifying = false
        }
      },
    }),
    route({
      id: 'exportAudit',
      method: 'GET',
      path: '/audit/export',
      about:
        'The record as lines of JSON, in order, as `hufu audit export` gives it. Both ends are included.',
      access: 'audit.read',
      query: object({}, { from: digits(1), to: digits(1), since: digits(0), until: digits(0) }),
      handle: async ({ query }): Promise<Lines> => ({ lines: lines(folder, query) }),
    }),
  ]
}

async function* lines(folder: string, range: ExportRange): AsyncGenerator<string, void, void> {
  for (const entries of exportAudit(folder, range)) {
    if (entries.length > 0) yield entries.map((each) => `${JSON.stringify(each)}\n`).join('')
    await turn()
  }
}
