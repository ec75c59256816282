export type { TokenFacts } from './token/session.ts'
