export { exportAudit, type ExportedEntry, type ExportRange } from './export.ts'
export { faultText, type Fault } from './fault.ts'
export { readMark } from './mark.ts'
export { verifyAudit, type Kept, type RestoreEntry } from './verify.ts'
