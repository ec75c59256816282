export {
  describeConfig,
  loadConfig,
  type Config,
  type ConfigRow,
  type ConfigSources,
} from './config.ts'
export { startServer, type Server, type ServerOptions } from './server.ts'
export { securityHeaders } from './http/headers.ts'
