export * from './frame.ts'
export * from './link.ts'
export * from './records.ts'
export * from './session.ts'
