import type { Text } from './text.ts'

const REPORT = 'This is a fault in hufu. Please report it, with the code below.'
const TAMPERED =
  'Nothing of it was taken over. If it happens again, do not trust the network or the server in between.'
const OPEN_AGAIN = 'Open a new session and say the new code.'
const NEVER_HERE = 'This belongs to the command line or to the server’s set-up.'

/** What happened and what to do next, in English. */
export const errorsEn: Text['errors'] = {
  ERR_CALL_ORDER: { what: 'A step was taken out of order.', next: REPORT },
  ERR_CRYPTO_INPUT: { what: 'A computation was given the wrong kind of input.', next: REPORT },
  ERR_SECRET_WIPED: { what: 'A secret was used after it was wiped.', next: REPORT },
  ERR_INTERNAL: { what: 'Something went wrong inside hufu.', next: REPORT },

  ERR_WIRE_OVERSIZE: { what: 'A message was larger than any can be.', next: TAMPERED },
  ERR_WIRE_DEPTH: { what: 'A message was nested deeper than any can be.', next: TAMPERED },
  ERR_WIRE_MALFORMED: { what: 'A message could not be read.', next: TAMPERED },
  ERR_WIRE_SCHEMA: { what: 'A message had the wrong contents.', next: TAMPERED },
  ERR_WIRE_FRAME: { what: 'A piece of data could not be read.', next: TAMPERED },
  ERR_WIRE_UNEXPECTED: { what: 'A message came that has no place here.', next: TAMPERED },

  ERR_UNREACHABLE: {
    what: 'The server cannot be reached.',
    next: 'Check that you are online. If you are, the server may be down: try again in a moment.',
  },
  ERR_NOT_HUFU: {
    what: 'Something answers, but it does not let us through to a hufu server.',
    next: 'A proxy in between must pass WebSockets on. Tell whoever runs this server.',
  },
  ERR_VERSION: {
    what: 'This page and the server are of different versions.',
    next: 'Reload the page to get the one that fits.',
  },
  ERR_HELLO_PROOF: {
    what: 'The server did not accept this page’s proof of its key.',
    next: 'Try again. If it happens again, something in between alters messages.',
  },
  ERR_HELLO_NAME: {
    what: 'The server does not go by the address that this page was opened under.',
    next: 'Use the address that its operator gave you; as operator, add this one to the setting `names`.',
  },
  ERR_HELLO_TIMEOUT: {
    what: 'The greeting with the server took too long.',
    next: 'The network or the server is very slow. Try again.',
  },
  ERR_RATE: {
    what: 'This page sent more messages than the server allows.',
    next: 'Wait a minute and try again.',
  },
  ERR_CONNECTIONS: {
    what: 'The server has too many connections, or too many from this network.',
    next: 'Close other pages that use it, or try again later.',
  },
  ERR_IDLE: {
    what: 'The server heard nothing from this page for too long.',
    next: 'The device may have slept. Try again.',
  },
  ERR_SLOW_READER: {
    what: 'This page took what was sent more slowly than the server can hold it.',
    next: 'Try again on a faster network.',
  },
  ERR_REPLACED: {
    what: 'Another page or shell connected with the same key and took over.',
    next: 'Go on there, or use one at a time for each name and each contact.',
  },
  ERR_DRAINING: { what: 'The server is being restarted.', next: 'Try again in a moment.' },
  ERR_BUSY: { what: 'The server has too much to do.', next: 'Try again in a moment.' },

  ERR_RECORD_FORGED: {
    what: 'Somebody altered messages on the way, or made them up.',
    next: TAMPERED,
  },
  ERR_RECORD_MALFORMED: { what: 'An encrypted message was damaged.', next: TAMPERED },
  ERR_RECORD_EPOCH: { what: 'A message came under a key that is not in use.', next: TAMPERED },
  ERR_RECORD_LIMIT: { what: 'The session’s keys are used up.', next: 'Pair again to go on.' },
  ERR_REKEY_MALFORMED: {
    what: 'The other end broke the rules of a change of keys.',
    next: TAMPERED,
  },
  ERR_REKEY_UNCONFIRMED: {
    what: 'The keys could not be renewed: the other end does not answer to it.',
    next: 'Pair again. If it happens often, the network or the server drops messages.',
  },
  ERR_LINK_MALFORMED: { what: 'The other end broke the rules of the session.', next: TAMPERED },
  ERR_LINK_CREDIT: { what: 'The other end sent more than it was allowed to.', next: TAMPERED },
  ERR_LINK_STALLED: {
    what: 'The session got stuck: messages do not arrive any more.',
    next: 'Check the network and pair again.',
  },
  ERR_SESSION_TRUNCATED: {
    what: 'The session ended before everything had arrived.',
    next: 'Ask the other what is missing. The network or the server dropped messages.',
  },
  ERR_SESSION_UNKNOWN: {
    what: 'The server no longer knows this session.',
    next: 'Pair again to go on.',
  },
  ERR_SESSION_UNCONFIRMED: {
    what: 'The server said that the pairing stands, but the other was not heard in time.',
    next: 'Pair again with a new code.',
  },
  ERR_PEER_GONE: {
    what: 'The other is gone and did not come back.',
    next: 'Pair again when the other is there.',
  },

  ERR_PAIR_CODE: {
    what: 'This does not have the form of a code.',
    next: 'A code is a number and three words, such as 4821-tango-orbit-lilac.',
  },
  ERR_PAIR_PASSPHRASE: {
    what: 'This cannot be a passphrase.',
    next: 'Use at least one character, and letters, digits, spaces or signs only.',
  },
  ERR_PAIR_NAME: {
    what: 'This cannot be a name.',
    next: 'Use up to 64 letters and digits; dots, dashes and underscores may stand between them.',
  },
  ERR_PAIR_ADDRESS: {
    what: 'The server cannot ring that address.',
    next: 'Use a code, or the name of somebody who listens.',
  },
  ERR_PAIR_REFUSED: {
    what: 'The pairing was refused.',
    next: 'Perhaps a word was misheard or mistyped; the code was used already or has expired; or it was opened at another server. A code is good for one try: ask for a new one.',
  },
  ERR_PAIR_GUESSED: {
    what: 'Somebody tried with wrong words.',
    next: `The code is burned, and nobody can use it any more. Perhaps the other mistyped it, perhaps it was a stranger. ${OPEN_AGAIN}`,
  },
  ERR_PAIR_MISMATCH: {
    what: 'The two passphrases differ.',
    next: 'Agree on the passphrase again, letter by letter, and try once more.',
  },
  ERR_PAIR_NO_ANSWER: {
    what: 'Nobody answered.',
    next: 'The other does not listen under this name, did not answer in time, or declined. Check the name, and call the other before you try again.',
  },
  ERR_PAIR_DECLINED: {
    what: 'The call was declined.',
    next: 'Nothing else needs to be done.',
  },
  ERR_PAIR_ABANDONED: {
    what: 'The other disappeared in the middle of the pairing.',
    next: `Nothing was sent. ${OPEN_AGAIN}`,
  },
  ERR_PAIR_ANSWER_LATE: {
    what: 'The answer came too late, or not at all.',
    next: 'Check that the other still waits, and pair again with a new code.',
  },
  ERR_PAIR_CONFIRM_LATE: {
    what: 'The confirmation came too late.',
    next: 'The network between you is slow or was cut. Pair again with a new code.',
  },
  ERR_PAIR_EXPIRED: { what: 'The code has expired.', next: OPEN_AGAIN },
  ERR_PAIR_THROTTLED: {
    what: 'There were too many wrong tries, from here or at this name.',
    next: 'Wait some minutes; for a name it can be up to a day.',
  },
  ERR_PAIR_NAME_TAKEN: {
    what: 'This name belongs to somebody else.',
    next: 'Choose another. A name is free again when it has not been used for 30 days.',
  },
  ERR_PAIR_SLOTS: {
    what: 'There are too many open codes, at the server or from this network.',
    next: 'Close sessions that you no longer wait for, or wait until their codes expire.',
  },
  ERR_PAIR_SUITE: {
    what: 'The two ends have no set of algorithms in common.',
    next: 'Reload this page; if that does not help, the other end is too old.',
  },
  ERR_PAIR_REFLECTED: {
    what: 'This page’s own message came back as if it were the other’s.',
    next: TAMPERED,
  },
  ERR_PAIR_MALFORMED: {
    what: 'The other’s part of the pairing could not be read.',
    next: TAMPERED,
  },
  ERR_CONTACT_UNKNOWN: {
    what: 'There is no contact of this name.',
    next: 'It may have been forgotten in another tab. Pair with a code, and remember each other again.',
  },
  ERR_CONTACT_EXISTS: {
    what: 'There is a contact of this name already.',
    next: 'Choose another name.',
  },
  ERR_CONTACT_LOST: {
    what: 'The contact’s key does not fit any more.',
    next: 'One end was restored from a copy, or copied and used elsewhere. Both forget the contact, then pair with a code and remember each other again.',
  },

  ERR_USER_ID: {
    what: 'This is no user ID.',
    next: 'A user ID reads like name@place, in small letters, digits, dots and hyphens.',
  },
  ERR_CERT_MALFORMED: {
    what: 'A certificate could not be read.',
    next: 'Nothing of it was taken over. If the key came from elsewhere, ask whoever issued it for an X.509 certificate (DER).',
  },
  ERR_CERT_ALGORITHM: {
    what: 'A certificate uses an algorithm that hufu does not take.',
    next: 'Have it issued for P-256, Ed25519 or X25519, signed with ECDSA P-256 or Ed25519.',
  },
  ERR_CERT_ISSUER: {
    what: 'The certificate’s issuer is not trusted here.',
    next: 'Ask the operator to trust the issuer, or use a key that was issued here.',
  },
  ERR_CERT_SIGNATURE: {
    what: 'The certificate’s signature is wrong.',
    next: 'The certificate was altered or forged. Do not trust whoever sent it.',
  },
  ERR_CERT_NAMESPACE: {
    what: 'The issuer may not certify users of this namespace.',
    next: 'Ask the operator which namespace the issuer was trusted for.',
  },
  ERR_CERT_NOT_YET: {
    what: 'The certificate is not valid yet.',
    next: 'Check the clock of the machine, and when the certificate begins.',
  },
  ERR_CERT_EXPIRED: {
    what: 'The certificate has expired.',
    next: 'Renew the key: ask the operator for a new invitation.',
  },
  ERR_CERT_USAGE: {
    what: 'The certificate is not for this use.',
    next: 'Use the certificate that was issued for signing to sign, and the other to agree.',
  },
  ERR_CERT_USER: {
    what: 'The certificate belongs to another user.',
    next: 'Sign in with the user ID that the key is registered for.',
  },
  ERR_ENROL_CODE: {
    what: 'The invitation is not good.',
    next: 'It is mistyped, used, expired or withdrawn. Ask whoever sent it for another.',
  },
  ERR_ENROL_KEYS: {
    what: 'The keys that were to be enrolled are not good.',
    next: 'Make the key anew; if it is in a token, the token’s points are malformed.',
  },
  ERR_ENROL_LIMIT: {
    what: 'This user has as many keys as are allowed.',
    next: 'Have one revoked that is no longer used.',
  },
  ERR_AUTHORITY: {
    what: 'The authority cannot be reached.',
    next: 'Signing in goes on; keys cannot be issued or renewed. Try again later, or tell the operator.',
  },
  ERR_USER_UNKNOWN: { what: 'There is no such user.', next: 'Check the user ID.' },
  ERR_USER_EXISTS: {
    what: 'There is a user of this ID already.',
    next: 'Choose another ID, or invite the user to a further key.',
  },
  ERR_USER_SUSPENDED: { what: 'This user is suspended.', next: 'Ask the operator.' },
  ERR_KEY_UNKNOWN: {
    what: 'The server does not know this key.',
    next: 'Enrol it with an invitation.',
  },
  ERR_KEY_REVOKED: {
    what: 'This key has been revoked.',
    next: 'Use another key of yours, or ask the operator for an invitation.',
  },
  ERR_SIGNIN_CHALLENGE: {
    what: 'The challenge has been used or is none of this server’s.',
    next: 'Try again.',
  },
  ERR_SIGNIN_EXPIRED: {
    what: 'Signing in took too long.',
    next: 'Try again; touch the key, or give its PIN, sooner.',
  },
  ERR_SIGNIN_PROOF: {
    what: 'The proof of the key is wrong.',
    next: 'Try again. If it happens again, something in between alters messages, or the key is not the one that was enrolled.',
  },
  ERR_TERMINAL_IN_USE: {
    what: 'Somebody else is signed in at this terminal.',
    next: 'They must release it first, or an operator must.',
  },
  ERR_SIGNIN_NONE: { what: 'Nobody is signed in here.', next: 'Sign in first with `hufu signin`.' },
  ERR_RELEASE_REFUSED: {
    what: 'Only the user who is signed in can release this.',
    next: 'Use a key of that user.',
  },
  ERR_BINDING_TAKEN: {
    what: 'You have signed in at another terminal.',
    next: 'Sign in here again to come back.',
  },
  ERR_BINDING_RELEASED: {
    what: 'This terminal was released by its user from elsewhere.',
    next: 'Sign in again if you wish to go on.',
  },
  ERR_BINDING_FORCED: {
    what: 'An operator has released this terminal.',
    next: 'The reason was given with it.',
  },
  ERR_BINDING_EXPIRED: { what: 'The sign-in has expired.', next: 'Sign in again.' },
  ERR_CHIP_UNKNOWN: {
    what: 'The server does not know this terminal’s chip.',
    next: 'Enrol the terminal with `hufu terminal enrol`.',
  },
  ERR_KEY_FILE: {
    what: 'The key’s file cannot be read.',
    next: 'Restore it from a copy, or enrol a new key.',
  },
  ERR_KEY_PASSPHRASE: { what: 'The passphrase does not open the key.', next: 'Try again.' },
  ERR_KEY_ABSENT: {
    what: 'There is no key of this name here.',
    next: '`hufu key list` shows those there are; `hufu key new` makes one.',
  },
  ERR_KEY_EXISTS: { what: 'There is a key of this name already.', next: 'Choose another name.' },
  ERR_IDENTITY_PROOF: {
    what: 'The other end’s proof of its user ID is wrong.',
    next: 'Do not trust who it says it is.',
  },
  ERR_IDENTITY_CHANGED: {
    what: 'This user’s key is not the one you met before.',
    next: 'Ask them by another way whether they have a new key, then accept it or not.',
  },
  ERR_PASSKEY_NONE: {
    what: 'This browser or key has no passkey that can hold secrets.',
    next: 'Use another browser or security key, or sign in from a shell with `hufu signin`.',
  },
  ERR_PASSKEY_CANCELLED: {
    what: 'The passkey was not used.',
    next: 'Try again, and confirm with the passkey.',
  },
  ERR_PASSKEY_HOST: {
    what: 'This passkey was made for another host name.',
    next: 'Open the page under the name at which you enrolled, or enrol again with your recovery code.',
  },
  ERR_PASSKEY_BLOB: {
    what: 'The sealed keys that the server kept do not open.',
    next: 'They were altered, exchanged or are another user’s. Enrol a new key with your recovery code.',
  },

  ERR_CALL_UNKNOWN: {
    what: 'This call is not there, or over.',
    next: 'Ask whoever calls to call again.',
  },
  ERR_CALL_EXISTS: {
    what: 'A call with this id is there already.',
    next: 'Draw another id for the call.',
  },
  ERR_CALL_LIMIT: {
    what: 'The server allows no more members in this call.',
    next: 'Call fewer people, or ask whoever runs the server.',
  },
  ERR_CALL_BUSY: {
    what: 'You are in as many calls as the server allows.',
    next: 'Leave another call first.',
  },
  ERR_CALL_RATE: {
    what: 'You have called too often within a minute.',
    next: 'Wait a minute, then call again.',
  },
  ERR_CALL_SEAT: {
    what: 'This browser has another place in this call.',
    next: 'Leave the call here first, then answer again.',
  },
  ERR_CALL_HOST: {
    what: 'Only the host of the call may do that.',
    next: 'Ask the host to do it, or to hand over to you.',
  },
  ERR_CALL_KEY: {
    what: 'A call needs a security key, and you are signed in without one.',
    next: 'Sign in with `hufu signin` and your key.',
  },
  ERR_CALL_CHECK: {
    what: 'The server asked for a proof by the key, and it is wrong.',
    next: 'Try again. If it happens again, somebody in between alters messages.',
  },
  ERR_CALL_DECLINED: {
    what: 'They declined the call.',
    next: 'Ask them when it suits them.',
  },
  ERR_CALL_NO_ANSWER: {
    what: 'Nobody answered the call.',
    next: 'Try again later. The user may be unknown to the server, not signed in, or away.',
  },
  ERR_CALL_ELSEWHERE: {
    what: 'The call was answered or declined at another terminal of yours.',
    next: 'Nothing to do.',
  },
  ERR_CALL_WITHDRAWN: {
    what: 'Whoever called no longer does.',
    next: 'Call them, if you like.',
  },
  ERR_CALL_ENDED: {
    what: 'The host has ended the call.',
    next: 'Nothing to do. The keys are wiped.',
  },
  ERR_CALL_REMOVED: {
    what: 'The host has taken you out of the call.',
    next: 'Ask the host why.',
  },
  ERR_CALL_FORCED: {
    what: 'An operator of the server has ended the call.',
    next: 'The reason is shown. Ask whoever runs the server.',
  },
  ERR_CALL_PROOF: {
    what: 'What somebody in the call shows is not signed as it must be.',
    next: 'Do not go on. Call again, and compare the code.',
  },
  ERR_CALL_FORK: {
    what: 'The host, or the server between, shows different members different calls.',
    next: 'Do not go on. Call again, and compare the code.',
  },
  ERR_CALL_LOST: {
    what: 'The call has lost its host, or this terminal has lost the call.',
    next: 'Call again.',
  },

  ERR_TALK_MALFORMED: {
    what: 'The other sent something that cannot be understood.',
    next: TAMPERED,
  },
  ERR_FILE_DECLINED: {
    what: 'The other did not want the file.',
    next: 'Ask, and send it again. A shell takes files with --receive DIR, or with /accept when asked.',
  },
  ERR_FILE_CANCELLED: {
    what: 'The transfer was cancelled.',
    next: 'Send it again; what has arrived already is not sent twice.',
  },
  ERR_FILE_NAME: {
    what: 'A file’s name is not safe to write here.',
    next: 'Nothing was written. Ask the other to rename it.',
  },
  ERR_FILE_CHANGED: {
    what: 'The file changed while it was being sent.',
    next: 'Send it again when nothing writes to it.',
  },
  ERR_FILE_READ: {
    what: 'The file cannot be read.',
    next: 'It may have been moved or removed, or the browser may not read it. Choose it again.',
  },
  ERR_FILE_WRITE: {
    what: 'The file cannot be written.',
    next: 'Check that the disk has room, and that the browser may write there. Then have it sent again.',
  },
  ERR_AUDIO_FORMAT: {
    what: 'The file is no sound that can be played.',
    next: 'Take a WAV file, not compressed, with one channel or two.',
  },

  ERR_USAGE: { what: 'The request cannot be understood.', next: NEVER_HERE },
  ERR_CONFIG: { what: 'The configuration is wrong.', next: NEVER_HERE },
  ERR_LISTEN: { what: 'The server cannot listen there.', next: NEVER_HERE },
  ERR_DATA_FOLDER: { what: 'The data folder cannot be used.', next: NEVER_HERE },
  ERR_STORE_VERSION: {
    what: 'What is stored here was written by a newer hufu.',
    next: 'Reload the page to get the newer one.',
  },
  ERR_AUDIT_BROKEN: { what: 'The audit record is not what was recorded.', next: NEVER_HERE },
  ERR_AUDIT_KEY: { what: 'The audit record belongs to another signing key.', next: NEVER_HERE },
  ERR_BACKUP_DAMAGED: { what: 'A backup is not what was backed up.', next: NEVER_HERE },
  ERR_VAULT_KEY: { what: 'This is not the master key of what is stored.', next: NEVER_HERE },
  ERR_VAULT_FILE: { what: 'A file with a master key or a PIN cannot be used.', next: NEVER_HERE },
  ERR_VAULT_DAMAGED: { what: 'A stored secret was altered, moved or damaged.', next: NEVER_HERE },
  ERR_HSM_MODULE: { what: 'The library of the PKCS#11 token cannot be used.', next: NEVER_HERE },
  ERR_HSM_ABSENT: { what: 'The PKCS#11 token is not there.', next: NEVER_HERE },
  ERR_HSM_PIN: { what: 'The PKCS#11 token does not accept the PIN.', next: NEVER_HERE },
  ERR_HSM_LOCKED: { what: 'The PIN of the PKCS#11 token is locked.', next: NEVER_HERE },
  ERR_HSM_MECHANISM: { what: 'The PKCS#11 token cannot do AES-256-GCM.', next: NEVER_HERE },
  ERR_HSM_FAILED: { what: 'The PKCS#11 token failed.', next: NEVER_HERE },
  ERR_PROFILE: {
    what: 'What this browser keeps for hufu cannot be used.',
    next: 'Private windows and strict settings forbid storage: use another window. Sessions by code work without.',
  },
  ERR_INTERRUPTED: { what: 'It was stopped.', next: 'Nothing else needs to be done.' },

  ERR_API_REQUEST: {
    what: 'The server was asked in a way that it does not take.',
    next: 'Reload the page: it may be of another version than the server.',
  },
  ERR_CROSS_SITE: {
    what: 'The request came from a page of another site.',
    next: 'Open the console at the server’s own address.',
  },
  ERR_INSECURE: {
    what: 'The passphrase would travel where others can read it.',
    next: 'Open this page by https.',
  },
  ERR_SIGNED_OUT: {
    what: 'You are not signed in, or your session has ended.',
    next: 'Sign in again.',
  },
  ERR_FORBIDDEN: {
    what: 'Your role does not allow this.',
    next: 'Ask an operator for another role.',
  },
  ERR_LOGIN_REFUSED: {
    what: 'Name or passphrase is wrong.',
    next: 'Try again, or ask an operator to have you choose a new passphrase.',
  },
  ERR_LOGIN_THROTTLED: {
    what: 'There were too many attempts to sign in.',
    next: 'Wait some minutes, up to an hour.',
  },
  ERR_SETUP_CODE: {
    what: 'The code is wrong, was used already, or has expired.',
    next: 'Ask for a new one, or make one on the server’s machine with hufu admin setup.',
  },
  ERR_OPERATOR_NAME: {
    what: 'This cannot be the name of an account.',
    next: 'Use 1 to 64 of a–z, 0–9, and - _ . between them.',
  },
  ERR_OPERATOR_PASSPHRASE: {
    what: 'This passphrase is too short, too long, or has characters that cannot be typed.',
    next: 'Use at least 15 characters: four or five words that do not belong together.',
  },
  ERR_OPERATOR_EXISTS: {
    what: 'There is an account of this name already.',
    next: 'Choose another name.',
  },
  ERR_OPERATOR_UNKNOWN: {
    what: 'There is no account of this name.',
    next: 'It may have been removed meanwhile: look at the list again.',
  },
  ERR_OPERATOR_LAST: {
    what: 'This is the last operator.',
    next: 'Give another account the role of operator first.',
  },
  ERR_TOKEN_UNKNOWN: {
    what: 'There is no such token.',
    next: 'It may have been revoked meanwhile: look at the list again.',
  },
  ERR_TOKEN_LIMIT: {
    what: 'There are too many tokens.',
    next: 'Revoke those that nobody uses.',
  },
}
