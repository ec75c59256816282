export * from './key-id.ts'
export * from './security-key.ts'
export * from './user-id.ts'
