export * from './invitation.ts'
export * from './messages.ts'
export * from './sizes.ts'
export * from './statements.ts'
