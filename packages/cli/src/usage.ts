import type { Option } from './arguments.ts'

/** A command as help shows it and as its arguments are read. */
export interface Usage {
  /** Command lines, without `hufu`. */
  readonly lines: readonly string[]
  readonly about: string
  readonly options: readonly Option[]
  /** How many operands it takes at most. */
  readonly operands: number
  /** Paragraphs behind the options. */
  readonly notes: readonly string[]
}

export type CommandName =
  | 'pair'
  | 'call'
  | 'answer'
  | 'contacts'
  | 'key'
  | 'signin'
  | 'whoami'
  | 'release'
  | 'terminal'
  | 'serve'
  | 'authority'
  | 'config'
  | 'audit'
  | 'vault'
  | 'backup'
  | 'restore'
  | 'doctor'
  | 'admin'
  | 'token'
  | 'user'
  | 'issuer'
  | 'web'
  | 'help'
  | 'version'

const JSON_OPTION: Option = {
  name: 'json',
  takes: 'nothing',
  about: 'one JSON object a line on stdout',
}
const HELP: Option = { name: 'help', takes: 'nothing', about: 'this text' }
const CONFIG_FILE: Option = {
  name: 'config',
  takes: 'one',
  label: 'FILE',
  about: 'settings as a JSON file',
}

const SERVER: Option = {
  name: 'server',
  takes: 'one',
  label: 'URL',
  about: 'the server (HUFU_SERVER; http://localhost:4680)',
}
const REASON: Option = {
  name: 'reason',
  takes: 'one',
  label: 'TEXT',
  about: 'an operator’s words, which the user is shown',
}
const CA: Option = {
  name: 'ca',
  takes: 'one',
  label: 'FILE',
  about: 'trust the authority in this PEM file too (HUFU_CA)',
}

const DATA: Option = {
  name: 'data',
  takes: 'one',
  label: 'DIR',
  about: 'where everything is kept (./data); one server at a time',
}

/** What the commands of users share. */
const KEY: Option = { name: 'key', takes: 'one', label: 'NAME', about: 'the key to use' }
const AS_TERMINAL: Option = {
  name: 'as',
  takes: 'one',
  label: 'TERMINAL',
  about: 'which terminal of this profile (the one signed in at last, or shell)',
}
const CHIP: Option = {
  name: 'chip',
  takes: 'nothing',
  about: 'by the terminal’s own chip instead of a key',
}
const CODE_STDIN: Option = {
  name: 'code-stdin',
  takes: 'nothing',
  about: 'the first line of stdin is the code',
}
const ACCEPT_CHANGED: Option = {
  name: 'accept-changed-key',
  takes: 'nothing',
  about: 'take a user who comes with another key than before, without being asked',
}
const IN_TOKEN: readonly Option[] = [
  {
    name: 'pkcs11',
    takes: 'one',
    label: 'MODULE',
    about: 'in a PKCS#11 token, by this library',
  },
  { name: 'token-label', takes: 'one', label: 'LABEL', about: 'which token' },
  { name: 'label', takes: 'one', label: 'LABEL', about: 'what to call the key in the token' },
  { name: 'existing', takes: 'nothing', about: 'take a key that is in the token already' },
]

/** What `call` and `answer` have in common. */
const IN_CALL: readonly Option[] = [
  { name: 'send', takes: 'many', label: 'FILE…', about: 'send these files to all, then leave' },
  {
    name: 'receive',
    takes: 'one',
    label: 'DIR',
    about: 'take every file that is offered, into this folder',
  },
  { name: 'audio', takes: 'one', label: 'WAV', about: 'let the others hear this file' },
  { name: 'record', takes: 'one', label: 'WAV', about: 'record what the others say' },
  {
    name: 'in-token',
    takes: 'nothing',
    about: 'have the key’s token encrypt and decrypt everything itself',
  },
]

/** Every command. The options of `serve` and `config` that are settings of the server are added when it is loaded. */
export const COMMANDS: Readonly<Record<CommandName, Usage>> = {
  pair: {
    lines: [
      'pair [--send PATH…]             open: prints a code to say to the other',
      'pair CODE                       join with the code that the other said',
      'pair --join                     join, asking for the code',
      'pair --listen --as NAME         be rung under a name',
      'pair --to NAME                  ring a name',
      'pair --listen                   be rung as the user who is signed in here',
      'pair --to USER@PLACE            ring a user, wherever signed in',
      'pair --with NAME                meet a contact again, without a code',
    ],
    about: 'Meets another terminal under a secret said aloud, then sends lines and files.',
    operands: 1,
    options: [
      {
        name: 'server',
        takes: 'one',
        label: 'URL',
        about: 'the server to meet at (HUFU_SERVER; http://localhost:4680)',
      },
      {
        name: 'ca',
        takes: 'one',
        label: 'FILE',
        about: 'trust the authority in this PEM file too (HUFU_CA)',
      },
      {
        name: 'send',
        takes: 'many',
        label: 'PATH…',
        about: 'send these files and folders, then leave',
      },
      {
        name: 'receive',
        takes: 'one',
        label: 'DIR',
        about: 'take every file that is offered, into this folder',
      },
      { name: 'join', takes: 'nothing', about: 'ask for the code (so does "-" in its place)' },
      {
        name: 'code-stdin',
        takes: 'nothing',
        about: 'the first line of stdin is the code or passphrase, the rest is sent',
      },
      {
        name: 'listen',
        takes: 'nothing',
        about: 'wait to be rung: under --as NAME, or as who is signed in here',
      },
      {
        name: 'as',
        takes: 'one',
        label: 'NAME',
        about: 'the name to be rung under, or to show to whom you ring',
      },
      {
        name: 'to',
        takes: 'one',
        label: 'NAME',
        about: 'ring the terminal that listens as NAME, or the user of that ID',
      },
      { ...KEY, about: 'show the other whose this key is (the one that is signed in)' },
      ACCEPT_CHANGED,
      {
        name: 'remember',
        takes: 'one',
        label: 'NAME',
        about: 'keep the other as a contact, if the other does too',
      },
      { name: 'with', takes: 'one', label: 'NAME', about: 'meet the contact NAME' },
      {
        name: 'away',
        takes: 'one',
        label: 'SECONDS',
        about: 'how long the other may be away before it counts as gone (60)',
      },
      {
        name: 'rekey',
        takes: 'one',
        label: 'LIMITS',
        about: 'change the keys after a time, records, octets (60s,1000,16MiB)',
      },
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'Each line of stdin is sent as it comes; each line received goes to stdout, everything else to stderr. On a ' +
        'terminal, /help lists what can be typed besides.',
      'HUFU_CODE holds the code, or with --listen and --to the passphrase, so that it need not stand on a command line ' +
        'that others on this machine can see.',
      'hufu leaves when stdin is at its end and the other has all that was sent; if nothing was sent, when the other ' +
        'leaves. The exit code is 0 only if the other’s hufu has taken over everything.',
    ],
  },
  call: {
    lines: [
      'call USER… [--hop 30s] [--hop 8MiB]',
      'call USER… --send FILE…',
      'call USER… --audio in.wav',
    ],
    about: 'Calls users, wherever they are signed in: an encrypted call of many, whose key hops.',
    operands: 1_000,
    options: [
      SERVER,
      CA,
      KEY,
      AS_TERMINAL,
      {
        name: 'hop',
        takes: 'many',
        label: 'LIMIT',
        about: 'change the key after a time, or so much data (60s 64MiB)',
      },
      {
        name: 'schedule',
        takes: 'one',
        label: 'NAME',
        about: 'where the next key comes from: list, picked, factor, ratchet (ratchet)',
      },
      {
        name: 'check',
        takes: 'nothing',
        about: 'the server has everybody’s key sign before it rings, or lets in',
      },
      ...IN_CALL,
      ACCEPT_CHANGED,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'Users are named as in `hufu signin`; without @PLACE they are in your own. Each line of stdin goes to all who are in the ' +
        'call; theirs go to stdout as `USER: line`, everything else to stderr. On a terminal, /help lists what can be typed.',
      'What is not typed is said once everybody who was called has answered, or has not; hufu ends the call when all there ' +
        'have it, and exits with 0. If nobody comes, the exit code is 3.',
    ],
  },
  answer: {
    lines: ['answer', 'answer --auto               take every call of verified users'],
    about: 'Rings when somebody calls you, shows by what key they are verified, and answers.',
    operands: 0,
    options: [
      SERVER,
      CA,
      KEY,
      AS_TERMINAL,
      {
        name: 'auto',
        takes: 'nothing',
        about: 'take every call of users who are verified, and have no other key than before',
      },
      { name: 'once', takes: 'nothing', about: 'end with the first call that is taken' },
      ...IN_CALL,
      ACCEPT_CHANGED,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'It signs in with your key, takes one call after the other, and ends with Ctrl-C; the sign-in stays.',
    ],
  },
  contacts: {
    lines: ['contacts [list]', 'contacts rename NAME NEW', 'contacts forget NAME|USER'],
    about:
      'Lists those whom you can meet without a code, and the users whose keys you know; forgets one.',
    operands: 3,
    options: [JSON_OPTION, HELP],
    notes: ['They are kept in HUFU_HOME, by default $XDG_DATA_HOME/hufu or ~/.local/share/hufu.'],
  },
  key: {
    lines: [
      'key new [--name NAME]          make a key and enrol it with an invitation',
      'key recover [--name NAME]      the same with the recovery code of a lost key',
      'key add --name NAME            a further key, for which one that is here vouches',
      'key list [--all]',
      'key remove NAME                forget a key here',
      'key revoke-own NAME|ID         end a key of yours everywhere',
      'key revoke ID --reason TEXT    as operator: end somebody’s key',
    ],
    about: 'Your keys: each speaks for one user ID, wherever you sign in with it.',
    operands: 2,
    options: [
      SERVER,
      CA,
      { name: 'name', takes: 'one', label: 'NAME', about: 'what to call the key here (default)' },
      { ...KEY, about: 'the key that vouches, or revokes' },
      CODE_STDIN,
      ...IN_TOKEN,
      {
        name: 'signing-id',
        takes: 'one',
        label: 'HEX',
        about: 'with --existing: which pair is to sign',
      },
      {
        name: 'agreement-id',
        takes: 'one',
        label: 'HEX',
        about: 'with --existing: which pair is to agree (derive)',
      },
      {
        name: 'all',
        takes: 'nothing',
        about: 'every key of who is signed in here, as the server has them',
      },
      { name: 'yes', takes: 'nothing', about: 'remove without being asked' },
      REASON,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'The invitation’s code and the key’s passphrase are asked for; HUFU_CODE and HUFU_KEY_PASSPHRASE stand in for them ' +
        'where nobody is there to ask. The recovery code goes to stdout, once.',
      'In a token both pairs are on P-256 and never leave it; HUFU_PIN is its PIN where nobody is there to ask. Two wrong ones ' +
        'in a row, and it is not tried any more: see ERR_HSM_PIN.',
    ],
  },
  signin: {
    lines: ['signin [USER] [--key NAME]', 'signin --stay               ring here, and answer'],
    about: 'Signs you in at this terminal: who rings your user ID is heard here.',
    operands: 1,
    options: [
      SERVER,
      CA,
      KEY,
      AS_TERMINAL,
      CHIP,
      { name: 'stay', takes: 'nothing', about: 'stay signed in, ring and answer until Ctrl-C' },
      ACCEPT_CHANGED,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'The sign-in lasts until `hufu release`, until its time is over, or until an operator ends it; this command need not ' +
        'run for that. Where there are several keys, those of users who have signed in here before are offered first.',
      'With --stay whoever calls (`hufu call`) rings here, too, and is shown with the key: on a terminal you are asked, ' +
        'elsewhere `hufu answer --as NAME` beside this takes the call.',
      'HUFU_KEY_PASSPHRASE holds the key’s passphrase where nobody is there to ask; with --stay, HUFU_CODE the passphrase ' +
        'that who rings must know.',
    ],
  },
  whoami: {
    lines: ['whoami'],
    about: 'Shows who is signed in at this terminal, and where else.',
    operands: 0,
    options: [SERVER, CA, AS_TERMINAL, JSON_OPTION, HELP],
    notes: [],
  },
  release: {
    lines: ['release', 'release --terminal ID'],
    about: 'Ends the sign-in at this terminal or, with your key, at another.',
    operands: 1,
    options: [
      SERVER,
      CA,
      { name: 'terminal', takes: 'one', label: 'ID', about: 'as `hufu whoami` shows it' },
      KEY,
      AS_TERMINAL,
      CHIP,
      JSON_OPTION,
      HELP,
    ],
    notes: [],
  },
  terminal: {
    lines: ['terminal enrol [--unattended]'],
    about: 'Gives this terminal a chip that signs one user in without a key.',
    operands: 1,
    options: [
      SERVER,
      CA,
      AS_TERMINAL,
      CODE_STDIN,
      {
        name: 'unattended',
        takes: 'nothing',
        about: 'keep the chip’s key without a passphrase, for whoever has the file',
      },
      { name: 'again', takes: 'nothing', about: 'replace the chip that is there' },
      ...IN_TOKEN,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'A terminal’s chip signs in and releases this terminal only. It can be rung and can pair.',
    ],
  },
  serve: {
    lines: ['serve [--data DIR] [--listen HOST:PORT] [--config FILE] [--SETTING VALUE…]'],
    about: 'Runs the server.',
    operands: 0,
    options: [
      DATA,
      {
        name: 'listen',
        takes: 'one',
        label: 'HOST:PORT',
        about: 'where to listen (localhost:4680); port 0 takes any free one',
      },
      CONFIG_FILE,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'Every setting can be given as a flag, as HUFU_SETTING in the environment, or in the file. `hufu config` lists ' +
        'them with their reasons.',
      'SIGTERM and SIGINT let terminals go elsewhere before the server ends; a second signal ends it at once.',
    ],
  },
  authority: {
    lines: ['authority [--data DIR] [--listen HOST:PORT] [--config FILE] [--SETTING VALUE…]'],
    about: 'Runs an authority apart from the servers whose users it certifies.',
    operands: 0,
    options: [
      DATA,
      {
        name: 'listen',
        takes: 'one',
        label: 'HOST:PORT',
        about: 'where to listen (localhost:4680); port 0 takes any free one',
      },
      CONFIG_FILE,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'It has a data folder of its own, with the issuing key and what invitations are checked by, and takes the settings of ' +
        '`hufu serve`. Operators invite there: `hufu user invite USER --server URL`.',
      'A server asks it with the settings authority and authority-token: make the token there by `hufu token create --name ' +
        'relay --scope keys.certify --expires 365d`. While it is away sign-ins go on, and nobody enrols or renews.',
    ],
  },
  config: {
    lines: ['config [--config FILE] [--SETTING VALUE…]'],
    about:
      'Shows every setting of the server, its value, and where that comes from. Secrets are hidden.',
    operands: 0,
    options: [CONFIG_FILE, JSON_OPTION, HELP],
    notes: [],
  },
  audit: {
    lines: [
      'audit verify [--data DIR] [--mark MARK] [--marks FILE] [--key KEY]',
      'audit export [--data DIR] [--from N] [--to N] [--since TIME] [--until TIME]',
    ],
    about: 'Checks the record of what was done to a server and its keys, or prints it.',
    operands: 1,
    options: [
      { ...DATA, about: 'the server’s data folder (./data); the server may be running' },
      {
        name: 'mark',
        takes: 'one',
        label: 'MARK',
        about: 'a mark that you kept, from the log or from audit.marks',
      },
      {
        name: 'marks',
        takes: 'one',
        label: 'FILE',
        about: 'a copy of audit.marks that you kept',
      },
      {
        name: 'key',
        takes: 'one',
        label: 'KEY',
        about: 'the public key that must have signed, as an earlier check showed it',
      },
      { name: 'from', takes: 'one', label: 'N', about: 'the first entry to print' },
      { name: 'to', takes: 'one', label: 'N', about: 'the last entry to print' },
      {
        name: 'since',
        takes: 'one',
        label: 'TIME',
        about: 'print nothing older (2026-11-22, 2026-11-22T08:00Z)',
      },
      { name: 'until', takes: 'one', label: 'TIME', about: 'print nothing newer' },
      CONFIG_FILE,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'A check without anything that you kept shows that the record is whole in itself. Whoever had the whole machine, ' +
        'its signing key included, could have made another that is: a mark or the key, kept elsewhere, shows that too.',
      'An export is JSON lines, with --json and without.',
    ],
  },
  vault: {
    lines: ['vault status [--data DIR | --server URL]', 'vault rotate [--data DIR | --server URL]'],
    about: 'Shows what is stored under which master key, or changes that key.',
    operands: 1,
    options: [
      { ...DATA, about: 'the server’s data folder (./data)' },
      { ...SERVER, about: 'a server that runs, by its API, as who is signed in there' },
      CA,
      CONFIG_FILE,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'A folder whose server runs is left to that server, which is asked at its own address: sign in there first with ' +
        '`hufu admin login`, or set HUFU_TOKEN.',
      'Where the master key is, and where the next one is to be, are settings of the server: `hufu config` lists them. ' +
        'A file’s key gives way to a new one of the same name, a token’s to one of the same label.',
      'A change that is cut off goes on with the next `hufu vault rotate`, or when the server starts.',
    ],
  },
  backup: {
    lines: ['backup FILE [--data DIR] [--force]'],
    about: 'Writes a server’s data folder to one file, checked and sealed. The server may run.',
    operands: 1,
    options: [
      { ...DATA, about: 'the server’s data folder (./data)' },
      { name: 'force', takes: 'nothing', about: 'replace FILE if it is there' },
      CONFIG_FILE,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'It takes the master key, to seal the backup, and does not put it in: keep a copy of the key elsewhere. Give the ' +
        'settings that the server has, as flags, in the environment or by --config.',
      'Meanwhile there is a folder FILE.part: room for twice the database is needed beside FILE.',
    ],
  },
  restore: {
    lines: ['restore FILE [--data DIR] [--next-start] [--force]', 'restore FILE --check'],
    about: 'Puts a backup in the place of a data folder’s content, which is kept aside.',
    operands: 1,
    options: [
      { ...DATA, about: 'the server’s data folder (./data), made if it is not there' },
      { name: 'check', takes: 'nothing', about: 'only look whether the backup is whole' },
      {
        name: 'next-start',
        takes: 'nothing',
        about: 'while the server runs: have it take the backup at its next start',
      },
      {
        name: 'force',
        takes: 'nothing',
        about: 'restore even if the audit record in it was broken already',
      },
      CONFIG_FILE,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'The master key of the backup has to be where the settings say: it is not in FILE. What the folder held before goes ' +
        'into former-… within it.',
    ],
  },
  doctor: {
    lines: ['doctor [--data DIR] [--server URL] [--SETTING VALUE…]'],
    about: 'Looks at all that a server needs, and says what to do.',
    operands: 0,
    options: [
      { ...DATA, about: 'the server’s data folder (./data); the server may be running' },
      { ...SERVER, about: 'a server to ask; without --data nothing else of it is looked at' },
      CA,
      CONFIG_FILE,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'Give it the settings that the server has. Exit code 0: all is well; 9: something to be looked at; 10: something ' +
        'does not work.',
    ],
  },
  admin: {
    lines: [
      'admin setup [--data DIR]          on the server’s machine: a code that opens an account',
      'admin login [--setup]             sign in; with --setup or the first time, open an account',
      'admin logout',
      'admin whoami',
      'admin users [list]',
      'admin users add NAME --role ROLE',
      'admin users role NAME ROLE',
      'admin users reset NAME',
      'admin users remove NAME',
      'admin calls [list]                who talks with whom, never what is said',
      'admin calls show ID',
      'admin calls end ID --reason TEXT  ends a call for all; everybody in it is shown the reason',
    ],
    about: 'Signs in to a server as who runs it, says who else may, and shows and ends calls.',
    operands: 4,
    options: [
      SERVER,
      CA,
      { name: 'setup', takes: 'nothing', about: 'open an account with a code' },
      { name: 'name', takes: 'one', label: 'NAME', about: 'the name to sign in by' },
      {
        name: 'role',
        takes: 'one',
        label: 'ROLE',
        about: 'operator, auditor, vendor or application-owner',
      },
      REASON,
      { ...DATA, about: 'for setup: the server’s data folder (./data); the server may be running' },
      CONFIG_FILE,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'Code, name and passphrase, a new one twice, are asked for; where nobody sits at a terminal, stdin has them, one a line in that order. ' +
        'The session is kept in HUFU_HOME. HUFU_TOKEN, a token, stands in for it.',
    ],
  },
  token: {
    lines: [
      'token create --name NAME --scope PERMISSION,… --expires 30d',
      'token [list]',
      'token revoke ID',
    ],
    about: 'Makes, lists and revokes what programs sign in by.',
    operands: 2,
    options: [
      SERVER,
      CA,
      { name: 'name', takes: 'one', label: 'NAME', about: 'what it is for' },
      {
        name: 'scope',
        takes: 'one',
        label: 'LIST',
        about: 'permissions, comma-separated; `hufu admin whoami` shows yours',
      },
      {
        name: 'expires',
        takes: 'one',
        label: 'TIME',
        about: 'how long it is good: 90m, 12h, 30d; at most 366d',
      },
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'The token goes to stdout, once; nobody can see it again. Programs send it as `Authorization: Bearer hufu_…`, and ' +
        'hufu itself takes it from HUFU_TOKEN.',
    ],
  },
  user: {
    lines: [
      'user [list] [PART]             users, or those whose ID holds PART',
      'user show USER                 keys, sign-ins and invitations of one',
      'user invite USER               a code by which the user enrols a key',
      'user withdraw USER             has unused invitations good no more',
      'user suspend USER --reason TEXT',
      'user resume USER',
      'user remove USER',
      'user where                     who is signed in at which terminal',
      'user release TERMINAL --reason TEXT',
    ],
    about: 'Invites and suspends users of a server, and says who is signed in where.',
    operands: 2,
    options: [
      SERVER,
      CA,
      {
        name: 'expires',
        takes: 'one',
        label: 'TIME',
        about: 'how long the code is good: 90m, 12h, 7d (what the server says)',
      },
      { name: 'chip', takes: 'nothing', about: 'invite for a terminal’s chip instead of a key' },
      REASON,
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'A code goes to stdout, once, and is good once. A USER without @ gets the server’s own namespace where one is invited.',
    ],
  },
  issuer: {
    lines: ['issuer [list]', 'issuer add FILE --namespace NAMESPACE,…', 'issuer remove ID'],
    about: 'Says which authorities from outside may certify users of a server.',
    operands: 2,
    options: [
      SERVER,
      CA,
      {
        name: 'namespace',
        takes: 'one',
        label: 'LIST',
        about: 'what stands behind the @ of its users, comma-separated',
      },
      JSON_OPTION,
      HELP,
    ],
    notes: ['FILE is the authority’s certificate in PEM, on P-256 or Ed25519.'],
  },
  web: {
    lines: ['web export DIR [--server URL]', 'web verify URL [--server URL]'],
    about: 'Writes the web app as files for another origin, or checks a copy that stands at one.',
    operands: 2,
    options: [
      {
        name: 'server',
        takes: 'one',
        label: 'URL',
        about: 'the server that the copy meets at, if it does not stand there itself',
      },
      JSON_OPTION,
      HELP,
    ],
    notes: [
      'Whoever serves the page could serve another. An origin under separate control, whose files anybody can verify, ' +
        'takes that out of the hands of whoever runs the server.',
    ],
  },
  help: {
    lines: ['help [COMMAND]'],
    about: 'Shows how a command is used.',
    operands: 1,
    options: [HELP],
    notes: [],
  },
  version: {
    lines: ['version'],
    about: 'Shows the version of hufu.',
    operands: 0,
    options: [JSON_OPTION, HELP],
    notes: [],
  },
}

/** The names of all commands. */
export const COMMAND_NAMES: readonly CommandName[] = Object.keys(COMMANDS) as CommandName[]
