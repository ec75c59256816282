/** Whether the Debian package of that name in the table is there. */
export function isInstalled(name: string): boolean
