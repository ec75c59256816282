export { tokenClient, type TokenClient, type TokenSettings } from './client.ts'
export type { KeyName } from './token.ts'
