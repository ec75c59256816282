/** Whether the Debian package of that name in the table is there. */
export function isInstalled(name: string): boolean
/** Installs Debian packages, as root, and starts no service of theirs. False if that failed. */
export function aptInstall(names: readonly string[]): boolean
