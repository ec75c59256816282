export {
  exportAudit,
  faultText,
  readMark,
  verifyAudit,
  type ExportedEntry as AuditExport,
  type ExportRange as AuditRange,
  type Fault as AuditFault,
  type Kept as AuditKept,
  type RestoreEntry as AuditRestore,
} from './audit/index.ts'
export { makeBackup, type Backup, type BackupOptions } from './backup/backup.ts'
export {
  checkBackup,
  restoreBackup,
  type CheckedBackup,
  type Restored,
  type RestoreOptions,
} from './backup/restore.ts'
export { examine, type DoctorOptions } from './doctor/doctor.ts'
export { CHECKS, type Check, type Finding } from './doctor/finding.ts'
export { holderOf, type Holder } from './store/lock.ts'
export { makeSetupCode } from './admin/setup.ts'
export {
  describeConfig,
  loadConfig,
  type Config,
  type ConfigRow,
  type ConfigSources,
} from './config.ts'
export { startAuthority } from './authority-server.ts'
export { startServer, type Server, type ServerOptions } from './server.ts'
export { securityHeaders } from './http/headers.ts'
export {
  rotateVault,
  vaultStatus,
  type MasterStatus,
  type VaultRotation,
  type VaultStatus,
} from './vault/operate.ts'
