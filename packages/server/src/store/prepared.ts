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
  return (db, given) => {
    // one for each database, the same in all of its transactions
    const { adapter } = db.getExecutor()
    const query = compiled.get(adapter) ?? compile(db)
    compiled.set(adapter, query)
    const parameters = query.parameters.map((value) =>
      value instanceof Parameter ? (given as Readonly<Record<string, unknown>>)[value.name] : value,
    )
    return db.executeQuery({ ...query, parameters })
  }
}

/** Stands where a parameter will be. */
class Parameter {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}
