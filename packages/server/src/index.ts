export {
  exportAudit,
  faultText,
  readMark,
  verifyAudit,
  type ExportedEntry as AuditExport,
  type ExportRange as AuditRange,
  type Fault as AuditFault,
  type Kept as AuditKept,
} from './audit/index.ts'
export { makeSetupCode } from './admin/setup.ts'
export {
  describeConfig,
  loadConfig,
  type Config,
  type ConfigRow,
  type ConfigSources,
} from './config.ts'
export { startServer, type Server, type ServerOptions } from './server.ts'
export { securityHeaders } from './http/headers.ts'
export {
  rotateVault,
  vaultStatus,
  type MasterStatus,
  type VaultRotation,
  type VaultStatus,
} from './vault/operate.ts'
