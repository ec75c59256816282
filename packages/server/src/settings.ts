import { PAIR_LIMITS } from '@hufu/protocol/pair'
import { CHALLENGE_LIMITS } from '@hufu/protocol/signin'
import { MAX_CONTROL_OCTETS, MAX_MESSAGE_OCTETS } from '@hufu/protocol/wire'
import {
  listenAddress,
  logLevel,
  namespace,
  oneOf,
  text,
  textList,
  whole,
  type Kind,
  type ListenAddress,
  type LogLevel,
} from './setting-kinds.ts'

/** One typed configuration. Durations in milliseconds, sizes in octets; {@link SETTINGS} gives every reason. */
export interface Config {
  readonly data: string
  readonly listen: ListenAddress
  readonly names: readonly string[]
  readonly origins: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly web: string
  readonly tls: '' | 'self'
  readonly tlsCert: string
  readonly tlsKey: string
  readonly log: LogLevel
  readonly metricsToken: string

  readonly masterKeyFile: string
  readonly masterKey: string
  readonly pkcs11Key: string
  readonly nextMasterKeyFile: string
  readonly nextMasterKey: string
  readonly nextPkcs11Key: string
  readonly pkcs11Module: string
  readonly pkcs11Token: string
  readonly pkcs11PinFile: string
  readonly pkcs11Pin: string

  readonly maxMessageOctets: number
  readonly maxControlOctets: number
  readonly connections: number
  readonly connectionsPerSource: number
  readonly controlPerSecond: number
  readonly controlBurst: number
  readonly dataOctetsPerSecond: number
  readonly unsentOctets: number
  readonly helloMs: number
  readonly heartbeatMs: number
  readonly deadAfterMs: number
  readonly closingMs: number
  readonly drainSpreadMs: number

  readonly sessionIdleMs: number
  readonly sessionsPerTerminal: number
  readonly sessionsPerConnection: number
  readonly membersPerSession: number
  readonly memberOctetsPerSecond: number
  readonly gatherMs: number
  readonly mediaFrameOctets: number
  readonly mediaFramesPerSecond: number
  readonly mediaUnsentOctets: number
  readonly mediaGatherMs: number
  readonly membersPerCall: number
  readonly callsPerUser: number
  readonly callRingMs: number
  readonly callIdleMs: number
  readonly callLostMs: number
  readonly callHostLostMs: number
  readonly callsPerMinute: number

  readonly pairAnswerMs: number
  readonly pairAnswerByNameMs: number
  readonly pairConfirmMs: number
  readonly pairAnswerStepMs: number
  readonly pairRequestsPerConnection: number
  readonly slotLifetimeMs: number
  readonly slotRestMs: number
  readonly slots: number
  readonly slotsPerSource: number
  readonly guessesPerSource: number
  readonly guessesPerSourceMs: number
  readonly guessesPerName: number
  readonly guessesPerNameMs: number
  readonly nameLifetimeMs: number
  readonly namesPerTerminal: number
  readonly meetingsPerConnection: number

  readonly authority: string
  readonly authorityToken: string
  readonly authorityTokenFile: string
  readonly authorityCa: string
  readonly authorityCheckMs: number
  readonly authorityPkcs11Key: string
  readonly enrolUrl: string
  readonly namespace: string
  readonly certificateLifetimeMs: number
  readonly invitationLifetimeMs: number
  readonly invitationsPerUser: number
  readonly enrolmentsPerSource: number
  readonly enrolmentsPerSourceMs: number
  readonly keysPerUser: number
  readonly challengeMs: number
  readonly challengesPerConnection: number
  readonly signinsPerSecond: number
  readonly bindingPolicy: 'all' | 'newest'
  readonly bindingLifetimeMs: number
  readonly bindingGraceMs: number
  readonly ringsPerUser: number

  readonly setupCodeMs: number
  readonly operatorIdleMs: number
  readonly operatorSessionMs: number
  readonly loginsPerSource: number
  readonly loginsPerSourceMs: number
  readonly loginsPerName: number
  readonly loginsPerNameMs: number
  readonly apiPerSecond: number

  readonly auditMarkEntries: number
  readonly auditMarkMs: number
  readonly auditDays: number
}

/** How one setting is read, what it is when nobody says, and why. */
export interface Setting<T> {
  readonly kind: Kind<T>
  readonly default: T
  readonly about: string
  /** Never shown, and not taken from a command line. */
  readonly secret?: true
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MEBI = 1_048_576

const duration = whole(1, 366 * DAY)
const count = whole(1, 1_000_000_000)

/** Every setting, once. All defaults are our choice. */
export const SETTINGS: { readonly [N in keyof Config]: Setting<Config[N]> } = {
  data: {
    kind: text(1),
    default: './data',
    about: 'Folder of everything that is kept. One server at a time may use it.',
  },
  listen: {
    kind: listenAddress,
    default: { host: 'localhost', port: 4680 },
    about:
      'HOST:PORT to listen on; port 0 takes any free one. For others to come: --tls, or a TLS proxy in front.',
  },
  names: {
    kind: textList,
    default: [],
    about:
      'Public names of this server as terminals dial them (host:port), comma-separated. Empty: whatever the Host header says.',
  },
  origins: {
    kind: textList,
    default: [],
    about:
      'Other origins whose pages may connect (https://example.org), comma-separated. Its own pages always may.',
  },
  trustedProxies: {
    kind: textList,
    default: [],
    about:
      'Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed. Empty: none is.',
  },
  web: {
    kind: text(0),
    default: '',
    about: 'Folder of the built web app. Empty: a plain page that says what this is.',
  },
  tls: {
    kind: oneOf('', 'self'),
    default: '',
    about:
      '`self` makes a certificate for this machine and says how to trust it. Empty: plain http, or the given one.',
  },
  tlsCert: {
    kind: text(0),
    default: '',
    about: 'PEM file of a certificate and those that lead to its authority. Goes with tlsKey.',
  },
  tlsKey: {
    kind: text(0),
    default: '',
    about: 'PEM file of that certificate’s private key.',
  },
  log: {
    kind: logLevel,
    default: 'info',
    about: 'Least level that is logged: debug, info, warn, error or silent.',
  },
  metricsToken: {
    kind: text(0),
    default: '',
    secret: true,
    about: 'Bearer token for /metrics. Empty: it answers this machine only.',
  },

  masterKeyFile: {
    kind: text(0),
    default: '',
    about:
      'File of the master key that stored secrets are under, mode 600. Empty: master.key in the data folder, made at the first start.',
  },
  masterKey: {
    kind: text(0),
    default: '',
    secret: true,
    about: 'The master key itself instead of a file: base64url of 32 octets.',
  },
  pkcs11Key: {
    kind: text(0),
    default: '',
    about:
      'Label of the master key in the PKCS#11 token, instead of a file. Made there at the first start, never to leave it.',
  },
  nextMasterKeyFile: {
    kind: text(0),
    default: '',
    about: 'File of the key that `hufu vault rotate` changes to. Empty: one beside the old key.',
  },
  nextMasterKey: {
    kind: text(0),
    default: '',
    secret: true,
    about: 'The key that `hufu vault rotate` changes to, itself: base64url of 32 octets.',
  },
  nextPkcs11Key: {
    kind: text(0),
    default: '',
    about: 'Label in the token of the key that `hufu vault rotate` changes to.',
  },
  pkcs11Module: {
    kind: text(0),
    default: '',
    about: 'Library of the PKCS#11 token, such as /usr/lib/softhsm/libsofthsm2.so.',
  },
  pkcs11Token: {
    kind: text(0),
    default: '',
    about: 'Label of the PKCS#11 token.',
  },
  pkcs11PinFile: {
    kind: text(0),
    default: '',
    about: 'File of the token’s user PIN, mode 600.',
  },
  pkcs11Pin: {
    kind: text(0),
    default: '',
    secret: true,
    about: 'The token’s user PIN, instead of a file.',
  },

  maxMessageOctets: {
    kind: whole(65_600, 16 * MEBI),
    default: MAX_MESSAGE_OCTETS,
    about: 'Largest WebSocket message, either way: what one terminal can make the server hold.',
  },
  maxControlOctets: {
    kind: whole(4_096, MAX_CONTROL_OCTETS),
    default: MAX_CONTROL_OCTETS,
    about: 'Largest control message: ten times the largest in use.',
  },
  connections: {
    kind: count,
    default: 10_000,
    about: 'Connections in all. Half of a usual limit of 20,000 open files.',
  },
  connectionsPerSource: {
    kind: count,
    default: 512,
    about: 'Connections from one address (IPv6: one /64). An office behind one address fits.',
  },
  controlPerSecond: {
    kind: count,
    default: 50,
    about:
      'Control messages per second and connection, lasting. A terminal in use sends a few a minute.',
  },
  controlBurst: {
    kind: count,
    default: 250,
    about:
      'Control messages that may come at once: a terminal that comes back to all its sessions and names.',
  },
  dataOctetsPerSecond: {
    kind: whole(65_600, 100_000_000_000),
    default: 1_000_000_000,
    about:
      'Data octets per second and connection; beyond it the server reads more slowly. Below a 10 Gbit/s port.',
  },
  unsentOctets: {
    kind: whole(MEBI, 1_024 * MEBI),
    default: 16 * MEBI,
    about: 'Octets that may wait for a slow reader before it is cut off: the memory one can hold.',
  },
  helloMs: {
    kind: duration,
    default: 10 * SECOND,
    about: 'Time for a new connection to say who it is.',
  },
  heartbeatMs: {
    kind: duration,
    default: 20 * SECOND,
    about: 'A terminal pings after so long a silence: below the 30 s of the shortest NATs.',
  },
  deadAfterMs: {
    kind: duration,
    default: 50 * SECOND,
    about: 'A connection silent for so long is closed: two heartbeats and some.',
  },
  closingMs: {
    kind: duration,
    default: 2 * SECOND,
    about: 'Time for a closing connection to take what was sent and close its side.',
  },
  drainSpreadMs: {
    kind: whole(0, HOUR),
    default: 5 * SECOND,
    about: 'When the server stops, terminals are told to come back at a random moment within this.',
  },

  sessionIdleMs: {
    kind: duration,
    default: DAY,
    about: 'A session that nobody has been in for so long is forgotten.',
  },
  sessionsPerTerminal: {
    kind: count,
    default: 1_000,
    about: 'Sessions of one terminal; beyond it the longest unused is forgotten.',
  },
  sessionsPerConnection: {
    kind: count,
    default: 256,
    about:
      'Sessions that one connection may be in at a time: what control-burst lets it come back to.',
  },
  membersPerSession: {
    kind: whole(2, 10_000),
    default: 1_000,
    about:
      'Members of one session, those not counted who have left it. A pair has two, whatever this says.',
  },
  memberOctetsPerSecond: {
    kind: whole(65_600, 100_000_000_000),
    default: 2_500_000,
    about:
      'Data octets per second that one member may send to a session of more than two; beyond it the server reads it more slowly. 20 Mbit/s: a screen and a camera, and no flood that cuts off the others.',
  },
  gatherMs: {
    kind: whole(0, 100),
    default: 6,
    about:
      'In a session of eight or more here, frames that come within so many milliseconds of each other are sent on together. 0: none waits.',
  },

  mediaFrameOctets: {
    kind: whole(64, 65_536),
    default: 16_384,
    about:
      'Largest frame of a call’s media; larger ones are dropped. 20 ms of speech take some 160.',
  },
  mediaFramesPerSecond: {
    kind: count,
    default: 250,
    about:
      'Frames of media per second that one member may send; more are dropped. Speech in the shortest usual frames takes 200.',
  },
  mediaUnsentOctets: {
    kind: whole(16_384, 16 * MEBI),
    default: 131_072,
    about:
      'Octets that may wait for a slow member of a call before frames of media are dropped for it: some seconds of speech of two.',
  },
  mediaGatherMs: {
    kind: whole(0, 100),
    default: 10,
    about:
      'As gather-ms, for the media of calls: half a frame of speech, which whoever plays it waits longer for anyway. 0: none waits.',
  },

  membersPerCall: {
    kind: whole(2, 10_000),
    default: 1_000,
    about: 'Members of one call, those who are rung included. Not more than membersPerSession.',
  },
  callsPerUser: {
    kind: count,
    default: 8,
    about: 'Calls that one user may be in at a time, and place.',
  },
  callRingMs: {
    kind: duration,
    default: 45 * SECOND,
    about: 'Time to answer a call: a person has to hear it and come.',
  },
  callIdleMs: {
    kind: duration,
    default: 5 * MINUTE,
    about: 'A call that nobody has been connected to for so long is over.',
  },
  callLostMs: {
    kind: duration,
    default: 5 * MINUTE,
    about:
      'A member of a call that has lost its connection keeps its place for so long: a tunnel, a new network, a restart.',
  },
  callHostLostMs: {
    kind: whole(0, DAY),
    default: 10 * SECOND,
    about:
      'Another member may host a call whose host has been gone for so long. Less than the 20 s after which members miss their host, more than a change of networks.',
  },
  callsPerMinute: {
    kind: count,
    default: 30,
    about:
      'How often a minute one user may have others rung, by a new call or into one, and name another host. A person does so a few times an hour, a call of a thousand takes three.',
  },

  pairAnswerMs: {
    kind: duration,
    default: PAIR_LIMITS.answerMs,
    about:
      "Request to answer, by slot or between contacts: the other's terminal answers by itself.",
  },
  pairAnswerByNameMs: {
    kind: duration,
    default: PAIR_LIMITS.answerByNameMs,
    about: 'Request to answer, by name: a person has to hear it and type.',
  },
  pairConfirmMs: {
    kind: duration,
    default: PAIR_LIMITS.confirmMs,
    about: 'What is added to that for the confirmation.',
  },
  pairAnswerStepMs: {
    kind: duration,
    default: PAIR_LIMITS.answerStepMs,
    about:
      'Answers leave at whole multiples of this after the request, so that their time tells nothing.',
  },
  pairRequestsPerConnection: {
    kind: count,
    default: 8,
    about: 'Attempts that one connection may have under way.',
  },
  slotLifetimeMs: {
    kind: duration,
    default: PAIR_LIMITS.slotLifetimeMs,
    about: 'A slot that nobody has used closes after this: a phone call, with room.',
  },
  slotRestMs: {
    kind: duration,
    default: PAIR_LIMITS.slotRestMs,
    about: 'The digits of a slot are not given out again for this long.',
  },
  slots: {
    kind: count,
    default: 10_000,
    about: 'Open slots in all: numbers stay at eight digits or fewer.',
  },
  slotsPerSource: {
    kind: count,
    default: 32,
    about: 'Open slots from one address (IPv6: one /64).',
  },
  guessesPerSource: {
    kind: count,
    default: 20,
    about:
      'Attempts from one address that did not prove good, per guesses-per-source-ms. Survives a restart.',
  },
  guessesPerSourceMs: {
    kind: duration,
    default: 10 * MINUTE,
    about: 'How long an attempt counts against the address that made it.',
  },
  guessesPerName: {
    kind: count,
    default: 10,
    about: 'Attempts at one name that did not prove good, per guesses-per-name-ms, known or not.',
  },
  guessesPerNameMs: {
    kind: duration,
    default: HOUR,
    about: 'How long an attempt counts against the name it was made at.',
  },
  nameLifetimeMs: {
    kind: duration,
    default: 30 * DAY,
    about: 'A name that its terminal has not used for so long is free again.',
  },
  namesPerTerminal: {
    kind: count,
    default: 16,
    about: 'Names that one terminal may claim.',
  },
  meetingsPerConnection: {
    kind: count,
    default: 64,
    about: 'Contacts that one connection may wait for at a time.',
  },

  authority: {
    kind: text(0),
    default: '',
    about:
      'URL of a `hufu authority` that certifies this server’s users in its stead, such as https://authority.example.org. Empty: this server does so itself.',
  },
  authorityToken: {
    kind: text(0),
    default: '',
    secret: true,
    about: 'A token of that authority with the permission keys.certify.',
  },
  authorityTokenFile: {
    kind: text(0),
    default: '',
    about: 'The token in a file instead, which nobody else may read.',
  },
  authorityCa: {
    kind: text(0),
    default: '',
    about: 'PEM file of who is trusted to vouch for the authority’s host, if not those of Node.',
  },
  authorityCheckMs: {
    kind: duration,
    default: 30 * SECOND,
    about:
      'How often this server and its authority tell each other which keys were revoked and who is trusted: so long a key that was revoked there may still sign in here.',
  },
  authorityPkcs11Key: {
    kind: text(0),
    default: '',
    about:
      'Label of the key by which users are certified, in the token that pkcs11-module and pkcs11-token name: made there at first use, before the first user. Empty: it is in the vault.',
  },
  enrolUrl: {
    kind: text(0),
    default: '',
    about:
      'Of an authority apart: URL of the server where those enrol who are invited here, for the links of invitations.',
  },
  namespace: {
    kind: namespace,
    default: 'localhost',
    about:
      'What follows the @ in the IDs of this server’s users: a host name of yours. Change it before the first user: who was certified under another stays who they were.',
  },
  certificateLifetimeMs: {
    kind: duration,
    default: 30 * DAY,
    about:
      'How long certificates of users’ keys are good. Keys in use are renewed in the last third of it: what a lost revocation list costs.',
  },
  invitationLifetimeMs: {
    kind: duration,
    default: 7 * DAY,
    about: 'How long an invitation is good, unless its maker says otherwise. It is good once.',
  },
  invitationsPerUser: {
    kind: count,
    default: 8,
    about: 'Unused invitations of one user.',
  },
  enrolmentsPerSource: {
    kind: count,
    default: 20,
    about:
      'Attempts to use an invitation from one address that did not prove good, per enrolments-per-source-ms.',
  },
  enrolmentsPerSourceMs: {
    kind: duration,
    default: 10 * MINUTE,
    about: 'How long an attempt to use an invitation counts against the address it came from.',
  },
  keysPerUser: {
    kind: count,
    default: 8,
    about: 'Keys of one user that are not revoked: a token, a spare, a passkey for each device.',
  },
  challengeMs: {
    kind: duration,
    default: CHALLENGE_LIMITS.lifetimeMs,
    about: 'Time to answer a challenge of a sign-in: to type a PIN, or touch a key.',
  },
  challengesPerConnection: {
    kind: count,
    default: CHALLENGE_LIMITS.most,
    about: 'Challenges that one connection may have unanswered; beyond it the oldest is void.',
  },
  signinsPerSecond: {
    kind: count,
    default: 50,
    about:
      'Requests around sign-ins per second and address, lasting; four times as many at once: an office that opens.',
  },
  bindingPolicy: {
    kind: oneOf('all', 'newest'),
    default: 'all',
    about:
      'A user at several terminals: `all` of them ring, or the `newest` sign-in ends those before it.',
  },
  bindingLifetimeMs: {
    kind: duration,
    default: 12 * HOUR,
    about: 'A user is signed in at a terminal for so long at most: a working day.',
  },
  bindingGraceMs: {
    kind: duration,
    default: 12 * HOUR,
    about: 'A terminal that is gone for so long is released, though its user’s time is not over.',
  },
  ringsPerUser: {
    kind: whole(1, 64),
    default: 16,
    about: 'Terminals of one user that ring at once: those signed in at last.',
  },

  setupCodeMs: {
    kind: duration,
    default: HOUR,
    about: 'How long a code is good by which an account is opened. It is good once.',
  },
  operatorIdleMs: {
    kind: duration,
    default: HOUR,
    about:
      'Who is signed in to the console or the command line and does nothing is signed out after this.',
  },
  operatorSessionMs: {
    kind: duration,
    default: 12 * HOUR,
    about: 'And whoever does something, after this: a working day.',
  },
  loginsPerSource: {
    kind: count,
    default: 20,
    about:
      'Attempts of operators to sign in from one address that did not prove good, per logins-per-source-ms.',
  },
  loginsPerSourceMs: {
    kind: duration,
    default: 10 * MINUTE,
    about: 'How long an attempt to sign in counts against the address that it came from.',
  },
  loginsPerName: {
    kind: count,
    default: 10,
    about:
      'Attempts to sign in at one name that did not prove good, per logins-per-name-ms, known or not.',
  },
  loginsPerNameMs: {
    kind: duration,
    default: HOUR,
    about: 'How long an attempt to sign in counts against the name it was made at.',
  },
  apiPerSecond: {
    kind: count,
    default: 50,
    about:
      'Requests to the operator’s API per second and address, lasting; four times as many at once.',
  },

  auditMarkEntries: {
    kind: count,
    default: 1_000,
    about: 'A mark is signed over the audit record after so many entries.',
  },
  auditMarkMs: {
    kind: duration,
    default: 10 * MINUTE,
    about:
      'And after so long, if anything was recorded: what somebody with the database could rewrite unnoticed.',
  },
  auditDays: {
    kind: whole(0, 36_500),
    default: 400,
    about:
      'Entries of the audit record older than so many days are dropped: a year, and time to look at it. 0: none is.',
  },
}
