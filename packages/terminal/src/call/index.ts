/** Calls: what only some terminals need. Reached by `calls()` of the package, which loads it when it is first asked for. */
export { startCalls } from './calls.ts'
