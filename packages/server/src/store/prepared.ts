import type { Compilable, CompiledQuery, QueryResult } from 'kysely'
import type { Db } from './schema.ts'

/** A query with everything but its parameters. */
type Prepared<P, R> = (db: Db, given: P) => Promise<QueryResult<R>>

/**
 * A query that is put together and compiled once for each database and not at every use, which costs more than running
 * it. `build` is given a stand-in for every parameter: it may only place them, not look at them.
 */
export function prepared<P extends object, R>(
  build: (db: Db, given: P) => Compilable<R>,
): Prepared<P, R> {
  const compiled = new WeakMap<object, CompiledQuery<R>>()
  const compile = (db: Db): CompiledQuery<R> => {
    const stands = new Proxy({}, { get: (_, name) => new Parameter(name as string) })
    return build(db, stands as P).compile()
  }
  return async (db, given) => {
    // one for each database, the same in all of its transactions
    const { adapter } = db.getExecutor()
    const query = compiled.get(adapter) ?? compile(db)
    compiled.set(adapter, query)
    const parameters = query.parameters.map((value) =>
      value instanceof Parameter ? (given as Readonly<Record<string, unknown>>)[value.name] : value,
    )
    const run = db.isTransaction ? runners.get(adapter) : undefined
    return run === undefined
      ? db.executeQuery({ ...query, parameters })
      : (run(query.sql, parameters) as QueryResult<R>)
  }
}

/** Runs SQL at once on the one connection that a database has. */
export type Runner = (sql: string, parameters: readonly unknown[]) => QueryResult<unknown>

const runners = new WeakMap<object, Runner>()

/**
 * From now on prepared queries of a transaction of `db` go to `run`, not by way of kysely, which takes longer than SQLite
 * itself. Outside of one they still do: there kysely has them wait for a transaction that is under way.
 */
export function runDirectly(db: Db, run: Runner): void {
  runners.set(db.getExecutor().adapter, run)
}

/** Stands where a parameter will be. */
class Parameter {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}
