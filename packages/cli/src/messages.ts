import type { ErrorCode } from '@hufu/protocol/wire'

/** What a user is told of an error. */
export interface Message {
  /** What happened. */
  readonly what: string
  /** What to do next. */
  readonly next: string
}

const REPORT: string =
  'This is a fault in hufu. Please report it, with the command and this message.'
const TAMPERED: string =
  'Nothing of it was taken over. If it happens again, do not trust the network or the server in between.'
const OPEN_AGAIN: string = 'Open a new one with `hufu pair` and say the new code.'

/** The text for each error: a new error does not compile without a row. */
export const MESSAGES: Readonly<Record<ErrorCode, Message>> = {
  ERR_CALL_ORDER: { what: 'a step was taken out of order', next: REPORT },
  ERR_CRYPTO_INPUT: { what: 'a primitive was given input of a wrong form', next: REPORT },
  ERR_SECRET_WIPED: { what: 'a secret was used after it was wiped', next: REPORT },
  ERR_INTERNAL: { what: 'something went wrong inside hufu', next: REPORT },

  ERR_WIRE_OVERSIZE: { what: 'a message was larger than any can be', next: TAMPERED },
  ERR_WIRE_DEPTH: { what: 'a message was nested deeper than any can be', next: TAMPERED },
  ERR_WIRE_MALFORMED: { what: 'a message could not be read', next: TAMPERED },
  ERR_WIRE_SCHEMA: { what: 'a message had the wrong contents', next: TAMPERED },
  ERR_WIRE_FRAME: { what: 'a data frame could not be read', next: TAMPERED },
  ERR_WIRE_UNEXPECTED: { what: 'a message came that has no place here', next: TAMPERED },

  ERR_UNREACHABLE: {
    what: 'the server cannot be reached',
    next: 'Check the address (--server, HUFU_SERVER), that the server runs, and the network in between.',
  },
  ERR_NOT_HUFU: {
    what: 'something answers at this address, but it is not a hufu server',
    next: 'Check the address and its port (--server, HUFU_SERVER); a proxy in between must pass WebSockets on.',
  },
  ERR_VERSION: {
    what: 'this hufu and the server have no version of the protocol in common',
    next: 'Bring the older of the two up to date.',
  },
  ERR_HELLO_PROOF: {
    what: 'the server did not accept this terminal’s proof of its key',
    next: 'Try again. If it happens again, something in between alters messages.',
  },
  ERR_HELLO_NAME: {
    what: 'the server does not go by the name under which it was called',
    next: 'Use the address that its operator gave you; as operator, list it in the setting `names`.',
  },
  ERR_HELLO_TIMEOUT: {
    what: 'the greeting with the server took too long',
    next: 'Try again; the network or the server is very slow.',
  },
  ERR_RATE: {
    what: 'this terminal sent more messages than the server allows',
    next: 'Wait a minute and try again.',
  },
  ERR_CONNECTIONS: {
    what: 'the server has too many connections, or too many from this address',
    next: 'Try again later, or end other terminals on this network.',
  },
  ERR_IDLE: {
    what: 'the server heard nothing from this terminal for too long',
    next: 'Check the network and try again.',
  },
  ERR_SLOW_READER: {
    what: 'this terminal took what was sent more slowly than the server can hold it',
    next: 'Try again on a faster network.',
  },
  ERR_REPLACED: {
    what: 'another hufu connected with this terminal’s key and took its place',
    next: 'Use one process for each name and each contact at a time.',
  },
  ERR_DRAINING: {
    what: 'the server is shutting down',
    next: 'Try again in a moment.',
  },
  ERR_BUSY: {
    what: 'the server has too much to do',
    next: 'Try again in a moment.',
  },

  ERR_RECORD_FORGED: {
    what: 'somebody altered messages on the way, or made them up',
    next: TAMPERED,
  },
  ERR_RECORD_MALFORMED: { what: 'an encrypted message was damaged', next: TAMPERED },
  ERR_RECORD_EPOCH: { what: 'a message came under a key that is not in use', next: TAMPERED },
  ERR_RECORD_LIMIT: {
    what: 'the session’s keys are used up',
    next: 'Pair again to go on.',
  },
  ERR_REKEY_MALFORMED: {
    what: 'the other end broke the rules of a change of keys',
    next: TAMPERED,
  },
  ERR_REKEY_UNCONFIRMED: {
    what: 'the keys could not be renewed: the other end does not answer to it',
    next: 'Pair again. If it happens often, the network or the server drops messages.',
  },
  ERR_LINK_MALFORMED: { what: 'the other end broke the rules of the session', next: TAMPERED },
  ERR_LINK_CREDIT: { what: 'the other end sent more than it was allowed to', next: TAMPERED },
  ERR_LINK_STALLED: {
    what: 'the session got stuck: messages do not arrive any more',
    next: 'Check the network and pair again.',
  },
  ERR_SESSION_TRUNCATED: {
    what: 'the session ended before all that the other sent had arrived',
    next: 'Ask the other what is missing. The network or the server dropped messages.',
  },
  ERR_SESSION_UNKNOWN: {
    what: 'the server no longer knows this session',
    next: 'Pair again to go on.',
  },
  ERR_SESSION_UNCONFIRMED: {
    what: 'the server said that the pairing stands, but the other end was not heard in time',
    next: 'Pair again with a new code.',
  },
  ERR_PEER_GONE: {
    what: 'the other is gone and did not come back',
    next: 'Pair again when the other is there.',
  },

  ERR_PAIR_CODE: {
    what: 'this does not have the form of a code',
    next: 'A code is a number and three words, such as 4821-tango-orbit-lilac.',
  },
  ERR_PAIR_PASSPHRASE: {
    what: 'this cannot be a passphrase',
    next: 'Use at least one character, and letters, digits, spaces or signs only.',
  },
  ERR_PAIR_NAME: {
    what: 'this cannot be a name',
    next: 'Use 1 to 64 letters and digits, with - _ or . between them.',
  },
  ERR_PAIR_ADDRESS: {
    what: 'the server cannot ring that address',
    next: 'Give a code, or the name of a terminal that listens (--to NAME).',
  },
  ERR_PAIR_REFUSED: {
    what: 'the pairing was refused',
    next:
      'One of these is so: a word was mistyped or misheard; the code was used already, has expired, or somebody ' +
      'else is trying it now; the other opened it on another server. A code is good for one try: ask for a new one.',
  },
  ERR_PAIR_GUESSED: {
    what: 'somebody tried with wrong words',
    next:
      'A code is good for one try, so this one is burned and nobody can use it any more. ' +
      `Perhaps the other mistyped it, perhaps it was a stranger. ${OPEN_AGAIN}`,
  },
  ERR_PAIR_MISMATCH: {
    what: 'the passphrases at the two ends differ',
    next: 'Agree on the passphrase again, letter by letter, and try once more.',
  },
  ERR_PAIR_NO_ANSWER: {
    what: 'nobody answered',
    next:
      'The other does not listen under this name, did not answer in time, or declined. ' +
      'Check the name and the server, and call the other before you try again.',
  },
  ERR_PAIR_DECLINED: { what: 'the call was declined', next: 'Nothing else needs to be done.' },
  ERR_PAIR_ABANDONED: {
    what: 'the other end disappeared in the middle of the pairing',
    next: `Nothing was sent. ${OPEN_AGAIN}`,
  },
  ERR_PAIR_ANSWER_LATE: {
    what: 'the answer came too late, or not at all',
    next: 'Check that the other still waits, and pair again with a new code.',
  },
  ERR_PAIR_CONFIRM_LATE: {
    what: 'the confirmation came too late',
    next: 'The network between the two is slow or was cut. Pair again with a new code.',
  },
  ERR_PAIR_EXPIRED: { what: 'the code has expired', next: OPEN_AGAIN },
  ERR_PAIR_THROTTLED: {
    what: 'too many wrong tries came from here, or were made at this name',
    next: 'Wait some minutes; up to an hour for a name.',
  },
  ERR_PAIR_NAME_TAKEN: {
    what: 'this name belongs to another terminal',
    next: 'Choose another name. A name is free again when its terminal has not used it for 30 days.',
  },
  ERR_PAIR_SLOTS: {
    what: 'there are too many open codes, on the server or from this address',
    next: 'End pairings that you no longer need, or wait until they expire.',
  },
  ERR_PAIR_SUITE: {
    what: 'the two ends have no set of algorithms in common',
    next: 'Bring the older of the two up to date.',
  },
  ERR_PAIR_REFLECTED: {
    what: 'this terminal’s own message came back as if it were the other’s',
    next: TAMPERED,
  },
  ERR_PAIR_MALFORMED: { what: 'the other’s part of the pairing could not be read', next: TAMPERED },
  ERR_CONTACT_UNKNOWN: {
    what: 'there is no contact of this name',
    next: '`hufu contacts` lists them; a contact is made with `hufu pair --remember NAME`.',
  },
  ERR_CONTACT_EXISTS: {
    what: 'there is a contact of this name already',
    next: 'Choose another name, or make room with `hufu contacts forget NAME`.',
  },
  ERR_CONTACT_LOST: {
    what: 'the contact’s key does not fit any more',
    next:
      'One end was restored from a copy, or was copied and used elsewhere. At both ends ' +
      '`hufu contacts forget NAME`, then pair with a code and --remember NAME again.',
  },

  ERR_USER_ID: {
    what: 'this is no user ID',
    next: 'A user ID reads like name@place, in small letters, digits, dots and hyphens.',
  },
  ERR_CERT_MALFORMED: {
    what: 'a certificate could not be read',
    next: 'Nothing of it was taken over. If the key came from elsewhere, ask whoever issued it for an X.509 certificate (DER).',
  },
  ERR_CERT_ALGORITHM: {
    what: 'a certificate uses an algorithm that hufu does not take',
    next: 'Have it issued for P-256, Ed25519 or X25519, signed with ECDSA P-256 or Ed25519.',
  },
  ERR_CERT_ISSUER: {
    what: 'the certificate’s issuer is not trusted here',
    next: 'Ask the operator to trust the issuer, or use a key that was issued here.',
  },
  ERR_CERT_SIGNATURE: {
    what: 'the certificate’s signature is wrong',
    next: 'The certificate was altered or forged. Do not trust whoever sent it.',
  },
  ERR_CERT_NAMESPACE: {
    what: 'the issuer may not certify users of this namespace',
    next: 'Ask the operator which namespace the issuer was trusted for.',
  },
  ERR_CERT_NOT_YET: {
    what: 'the certificate is not valid yet',
    next: 'Check the clock of the machine, and when the certificate begins.',
  },
  ERR_CERT_EXPIRED: {
    what: 'the certificate has expired',
    next: 'Renew the key: ask the operator for a new invitation.',
  },
  ERR_CERT_USAGE: {
    what: 'the certificate is not for this use',
    next: 'Use the certificate that was issued for signing to sign, and the other to agree.',
  },
  ERR_CERT_USER: {
    what: 'the certificate belongs to another user',
    next: 'Sign in with the user ID that the key is registered for.',
  },
  ERR_ENROL_CODE: {
    what: 'the invitation is not good',
    next: 'It is mistyped, used, expired or withdrawn. Ask whoever sent it for another.',
  },
  ERR_ENROL_KEYS: {
    what: 'the keys that were to be enrolled are not good',
    next: 'Make the key anew; if it is in a token, the token’s points are malformed.',
  },
  ERR_ENROL_LIMIT: {
    what: 'this user has as many keys as are allowed',
    next: 'Have one revoked that is no longer used.',
  },
  ERR_AUTHORITY: {
    what: 'the authority cannot be reached',
    next: 'Signing in goes on; keys cannot be issued or renewed. Try again later, or tell the operator.',
  },
  ERR_USER_UNKNOWN: { what: 'there is no such user', next: 'Check the user ID.' },
  ERR_USER_EXISTS: {
    what: 'there is a user of this ID already',
    next: 'Choose another ID, or invite the user to a further key.',
  },
  ERR_USER_SUSPENDED: { what: 'this user is suspended', next: 'Ask the operator.' },
  ERR_KEY_UNKNOWN: {
    what: 'the server does not know this key',
    next: 'Enrol it with an invitation.',
  },
  ERR_KEY_REVOKED: {
    what: 'this key has been revoked',
    next: 'Use another key of yours, or ask the operator for an invitation.',
  },
  ERR_SIGNIN_CHALLENGE: {
    what: 'the challenge has been used or is none of this server’s',
    next: 'Try again.',
  },
  ERR_SIGNIN_EXPIRED: {
    what: 'signing in took too long',
    next: 'Try again; touch the key, or give its PIN, sooner.',
  },
  ERR_SIGNIN_PROOF: {
    what: 'the proof of the key is wrong',
    next: 'Try again. If it happens again, something in between alters messages, or the key is not the one that was enrolled.',
  },
  ERR_TERMINAL_IN_USE: {
    what: 'somebody else is signed in at this terminal',
    next: 'They must release it first, or an operator must.',
  },
  ERR_SIGNIN_NONE: { what: 'nobody is signed in here', next: 'Sign in first with `hufu signin`.' },
  ERR_RELEASE_REFUSED: {
    what: 'this key may not release or revoke that',
    next: 'Only a key of the user who is signed in releases a terminal. Your only key is not revoked: `hufu key add` another first.',
  },
  ERR_BINDING_TAKEN: {
    what: 'you have signed in at another terminal',
    next: 'Sign in here again to come back.',
  },
  ERR_BINDING_RELEASED: {
    what: 'this terminal was released by its user from elsewhere',
    next: 'Sign in again if you wish to go on.',
  },
  ERR_BINDING_FORCED: {
    what: 'an operator has released this terminal',
    next: 'The reason was given with it.',
  },
  ERR_BINDING_EXPIRED: { what: 'the sign-in has expired', next: 'Sign in again.' },
  ERR_CHIP_UNKNOWN: {
    what: 'the server does not know this terminal’s chip',
    next: 'Enrol the terminal with `hufu terminal enrol`.',
  },
  ERR_KEY_FILE: {
    what: 'the key’s file cannot be read',
    next: 'Restore it from a copy, or enrol another with your recovery code: `hufu key recover --name NAME`.',
  },
  ERR_KEY_PASSPHRASE: {
    what: 'the passphrase does not open the key',
    next: 'Try again. If it is forgotten, `hufu key recover` enrols another key with your recovery code.',
  },
  ERR_KEY_ABSENT: {
    what: 'there is no key of this name here',
    next: '`hufu key list` shows those there are; `hufu key new` makes one.',
  },
  ERR_KEY_EXISTS: { what: 'there is a key of this name already', next: 'Choose another name.' },
  ERR_IDENTITY_PROOF: {
    what: 'the other end’s proof of its user ID is wrong',
    next: 'Do not trust who it says it is.',
  },
  ERR_IDENTITY_CHANGED: {
    what: 'this user’s key is not the one you met before',
    next: 'Ask them by another way whether they have a new key. If they do, accept it when you are asked, or give --accept-changed-key.',
  },
  ERR_PASSKEY_NONE: {
    what: 'this browser or key has no passkey that can hold secrets',
    next: 'Use another browser or security key, or sign in from a shell with `hufu signin`.',
  },
  ERR_PASSKEY_CANCELLED: {
    what: 'the passkey was not used',
    next: 'Try again, and confirm with the passkey.',
  },
  ERR_PASSKEY_HOST: {
    what: 'this passkey was made for another host name',
    next: 'Open the page under the name at which you enrolled, or enrol again with your recovery code.',
  },
  ERR_PASSKEY_BLOB: {
    what: 'the sealed keys that the server kept do not open',
    next: 'They were altered, exchanged or are another user’s. Enrol a new key with your recovery code.',
  },

  ERR_CALL_UNKNOWN: {
    what: 'this call is not there, or over',
    next: 'Ask whoever calls to call again.',
  },
  ERR_CALL_EXISTS: {
    what: 'a call with this id is there already',
    next: 'Draw another id for the call.',
  },
  ERR_CALL_LIMIT: {
    what: 'the server allows no more members in this call',
    next: 'Call fewer people; `hufu config` on the server shows members-per-call.',
  },
  ERR_CALL_BUSY: {
    what: 'you are in as many calls as the server allows',
    next: 'Leave another call first; `hufu config` on the server shows calls-per-user.',
  },
  ERR_CALL_RATE: {
    what: 'you have called too often within a minute',
    next: 'Wait a minute; `hufu config` on the server shows calls-per-minute.',
  },
  ERR_CALL_SEAT: {
    what: 'this terminal, or its connection for media, has another place in this call',
    next: 'Leave the call at this terminal first, then answer again.',
  },
  ERR_CALL_HOST: {
    what: 'only the host of the call may do that',
    next: 'Ask the host to do it, or to hand over to you.',
  },
  ERR_CALL_KEY: {
    what: 'a call needs a security key, and you are signed in without one',
    next: 'Sign in with `hufu signin` and your key.',
  },
  ERR_CALL_CHECK: {
    what: 'the server asked for a proof by the key, and it is wrong',
    next: 'Try again. If it happens again, somebody in between alters messages.',
  },
  ERR_CALL_DECLINED: {
    what: 'they declined the call',
    next: 'Ask them when it suits them.',
  },
  ERR_CALL_NO_ANSWER: {
    what: 'nobody answered the call',
    next: 'Try again later. The user may be unknown to the server, not signed in, or away.',
  },
  ERR_CALL_ELSEWHERE: {
    what: 'the call was answered or declined at another terminal of yours',
    next: 'Nothing to do.',
  },
  ERR_CALL_WITHDRAWN: {
    what: 'whoever called no longer does',
    next: 'Call them, if you like.',
  },
  ERR_CALL_ENDED: {
    what: 'the host has ended the call',
    next: 'Nothing to do. The keys are wiped.',
  },
  ERR_CALL_REMOVED: {
    what: 'the host has taken you out of the call',
    next: 'Ask the host why.',
  },
  ERR_CALL_FORCED: {
    what: 'an operator of the server has ended the call',
    next: 'The reason is shown. Ask whoever runs the server.',
  },
  ERR_CALL_PROOF: {
    what: 'what somebody in the call shows is not signed as it must be',
    next: 'Do not go on. Call again, and compare the code.',
  },
  ERR_CALL_FORK: {
    what: 'the host, or the server between, shows different members different calls',
    next: 'Do not go on. Call again, and compare the code.',
  },
  ERR_CALL_LOST: {
    what: 'the call has lost its host, or this terminal has lost the call',
    next: 'Call again.',
  },

  ERR_TALK_MALFORMED: {
    what: 'the other sent something that cannot be understood',
    next: TAMPERED,
  },
  ERR_FILE_DECLINED: {
    what: 'the other did not want the file',
    next: 'The other takes files with --receive DIR, or with /accept when asked.',
  },
  ERR_FILE_CANCELLED: {
    what: 'the transfer was cancelled',
    next: 'Send it again; what has arrived already is not sent twice.',
  },
  ERR_FILE_NAME: {
    what: 'a file’s name is not safe to write here',
    next: 'Nothing was written. Ask the other to rename it.',
  },
  ERR_FILE_CHANGED: {
    what: 'the file changed while it was being sent',
    next: 'Send it again when nothing writes to it.',
  },
  ERR_FILE_READ: {
    what: 'a file cannot be read',
    next: 'Check that it exists, that it is a file or a folder, and that you may read it.',
  },
  ERR_FILE_WRITE: {
    what: 'a file cannot be written',
    next: 'Check that the folder exists, that you may write there, and that the disk has room.',
  },
  ERR_AUDIO_FORMAT: {
    what: 'a file is no sound that can be played',
    next: 'Give a WAV file, not compressed, with one channel or two.',
  },

  ERR_USAGE: { what: 'the command cannot be understood', next: 'See `hufu help`.' },
  ERR_CONFIG: {
    what: 'the configuration is wrong',
    next: '`hufu config` lists every setting with its value and where it comes from.',
  },
  ERR_LISTEN: {
    what: 'the server cannot listen there',
    next: 'Another program may hold the port: choose one with --listen HOST:PORT.',
  },
  ERR_DATA_FOLDER: {
    what: 'the data folder cannot be used',
    next: 'Check that it can be written, and that no other server uses it; choose one with --data DIR.',
  },
  ERR_STORE_VERSION: {
    what: 'the data folder was written by a newer hufu',
    next: 'Use that version, or another data folder.',
  },
  ERR_AUDIT_BROKEN: {
    what: 'the audit record is not what was recorded',
    next: 'Copy the data folder before anything else, then compare with the exports and marks kept elsewhere (docs/operations.md).',
  },
  ERR_AUDIT_KEY: {
    what: 'the audit record belongs to another signing key',
    next: 'Restore the key together with the data folder it belongs to; the record takes no other.',
  },
  ERR_BACKUP_DAMAGED: {
    what: 'the backup is not what was backed up',
    next: 'Nothing was restored. Use another copy of it, or an older backup; `hufu restore --check FILE` says whether one is good.',
  },
  ERR_VAULT_KEY: {
    what: 'this is not the master key that what is stored here is under',
    next: 'Give the server the key that belongs to this data folder. Without it the stored secrets cannot be read by anybody.',
  },
  ERR_VAULT_FILE: {
    what: 'a file with a master key or a PIN cannot be used',
    next: 'It must be one line, belong to the server’s user, and be closed to all others: chmod 600.',
  },
  ERR_VAULT_DAMAGED: {
    what: 'a stored secret was altered, moved or damaged',
    next: 'It was not used. Restore a backup of the data folder; it has to be of the same master key.',
  },
  ERR_HSM_MODULE: {
    what: 'the library of the PKCS#11 token cannot be used',
    next: 'Check its path (--pkcs11, --pkcs11-module); if pkcs11js is what is missing, install a C++ compiler and run `npm rebuild pkcs11js`.',
  },
  ERR_HSM_ABSENT: {
    what: 'the PKCS#11 token is not there',
    next: 'Put it in, or check the label (--token-label, --pkcs11-token) and the slots of the library.',
  },
  ERR_HSM_PIN: {
    what: 'the PKCS#11 token does not accept the PIN, or it was not tried',
    next: 'Before it is tried again log in once with the token’s own program: most tokens lock after a few wrong PINs.',
  },
  ERR_HSM_LOCKED: {
    what: 'the PKCS#11 token’s PIN is locked, or one wrong try away from it',
    next: 'Unlock it, or log in once, with the tool of the token’s maker; hufu does not spend the last try.',
  },
  ERR_HSM_MECHANISM: {
    what: 'the PKCS#11 token cannot do what is asked of it',
    next: 'A master key needs AES-256-GCM, a user’s key P-256 with ECDSA and ECDH, a chip HMAC-SHA-256: use one that can, or a file.',
  },
  ERR_HSM_FAILED: {
    what: 'the PKCS#11 token failed',
    next: 'The message has its own code; its maker’s manual says what that means.',
  },
  ERR_PROFILE: {
    what: 'a file of your profile is damaged or cannot be used',
    next: 'It was left as it is. Restore it, or move it away and pair again.',
  },
  ERR_INTERRUPTED: { what: 'interrupted', next: 'Nothing else needs to be done.' },

  ERR_API_REQUEST: {
    what: 'the server’s API was asked in a way that it does not take',
    next: REPORT,
  },
  ERR_CROSS_SITE: {
    what: 'the request came from a page of another site',
    next: 'Use the console at the server’s own address, and list that address in the setting `names`.',
  },
  ERR_INSECURE: {
    what: 'a passphrase would travel where others can read it',
    next: 'Use an https address, or sign in on the server’s own machine.',
  },
  ERR_SIGNED_OUT: {
    what: 'nobody is signed in',
    next: 'Sign in with `hufu admin login`, or set HUFU_TOKEN to a token that is still good.',
  },
  ERR_FORBIDDEN: {
    what: 'this role or token may not do that',
    next: 'Ask an operator; `hufu admin whoami` shows what you may do.',
  },
  ERR_LOGIN_REFUSED: {
    what: 'name or passphrase is wrong',
    next: 'Try again; an operator can have you choose a new passphrase with `hufu admin users reset NAME`.',
  },
  ERR_LOGIN_THROTTLED: {
    what: 'too many attempts to sign in came from here, or were made at this name',
    next: 'Wait some minutes, up to an hour; whoever is signed in stays so.',
  },
  ERR_SETUP_CODE: {
    what: 'the setup code is wrong, used or expired',
    next: '`hufu admin setup --data DIR` on the server’s machine makes a new one; for a further account, an operator does.',
  },
  ERR_OPERATOR_NAME: {
    what: 'this cannot be the name of an account',
    next: 'Use 1 to 64 of a–z, 0–9, and - _ . between them.',
  },
  ERR_OPERATOR_PASSPHRASE: {
    what: 'this passphrase is too short or cannot be typed everywhere',
    next: 'Use at least 15 characters: four or five words that do not belong together.',
  },
  ERR_OPERATOR_EXISTS: {
    what: 'there is an account of this name already',
    next: 'Choose another name; `hufu admin users` lists them.',
  },
  ERR_OPERATOR_UNKNOWN: {
    what: 'there is no account of this name',
    next: '`hufu admin users` lists them.',
  },
  ERR_OPERATOR_LAST: {
    what: 'this is the last operator',
    next: 'Give another account the role of operator first.',
  },
  ERR_TOKEN_UNKNOWN: {
    what: 'there is no such token',
    next: '`hufu token list` shows yours.',
  },
  ERR_TOKEN_LIMIT: {
    what: 'there are too many tokens',
    next: 'Revoke those that are not used: `hufu token list` shows when each was used last.',
  },
}
