import type { ComponentType } from 'preact'
import { Account } from './pages/account.tsx'
import { Audit } from './pages/audit.tsx'
import { Calls } from './pages/calls.tsx'
import { Issuers } from './pages/issuers.tsx'
import { Operators } from './pages/operators.tsx'
import { Overview } from './pages/overview.tsx'
import { Sessions } from './pages/sessions.tsx'
import { SignIns } from './pages/signins.tsx'
import { Tokens } from './pages/tokens.tsx'
import { Users } from './pages/users.tsx'
import { Vault } from './pages/vault.tsx'
import type { PageNames } from './strings/text.ts'

/** One page of the console. */
export interface ConsolePage {
  /** Its fragment in the address, and the key of its name. */
  readonly path: keyof PageNames
  /** Who may see it; undefined: whoever is signed in. */
  readonly permission: string | undefined
  readonly page: ComponentType
}

/** All of them, in the order of the navigation: a new one is a row here, with its name in each language. */
export const PAGES: readonly ConsolePage[] = [
  { path: 'overview', permission: 'status.read', page: Overview },
  { path: 'sessions', permission: 'sessions.read', page: Sessions },
  { path: 'calls', permission: 'calls.read', page: Calls },
  { path: 'users', permission: 'users.read', page: Users },
  { path: 'signins', permission: 'users.read', page: SignIns },
  { path: 'issuers', permission: 'users.read', page: Issuers },
  { path: 'audit', permission: 'audit.read', page: Audit },
  { path: 'tokens', permission: 'tokens.own', page: Tokens },
  { path: 'operators', permission: 'operators.read', page: Operators },
  { path: 'vault', permission: 'vault.read', page: Vault },
  { path: 'account', permission: undefined, page: Account },
]
