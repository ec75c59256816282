export type { Call, CallMemberInfo } from './call/call.ts'
export type { Calls, CallsEvent, CallsOptions, PlaceOptions, RingingCall } from './call/calls.ts'
export type { FileOutcome } from './call/sending.ts'
export type { CallClosed, CallCounts, CallEvent, CallIdentity, MemberEvent } from './call/events.ts'
export { systemClock, type Clock } from './clock.ts'
export {
  connect,
  type Connection,
  type ConnectionHandlers,
  type ConnectionOptions,
} from './connection/connection.ts'
export type { Line, LineOptions } from './connection/line.ts'
export {
  openWebSocket,
  parseServer,
  type OpenSocket,
  type ServerAddress,
  type Socket,
  type SocketHandlers,
} from './connection/socket.ts'
export type {
  Identified,
  Introductions,
  IntroductionsOptions,
  Verified,
} from './identity/introductions.ts'
export type { Pin, Pins } from './identity/pins.ts'
export { pair, type PairEvent, type PairOptions, type PairPorts } from './pairing/pair.ts'
export type { Ringing, Via } from './pairing/via.ts'
export type { Contact, Profile } from './profile.ts'
export type { KeptTalk, TalkKeeper } from './talk/kept.ts'
export {
  isSafeName,
  isSafePath,
  type FileEntry,
  type FileOffer,
  type FileSink,
  type FileSource,
  type Progress,
} from './talk/files.ts'
export type { Incoming } from './talk/incoming.ts'
export type { Talk, TalkClosed, TalkEvent } from './talk/talk.ts'
export type { Chip } from './signin/chip.ts'
export type { Enrolled, ListedKey } from './signin/key-acts.ts'
export type { SignedIn, Signin, SigninEvent, SigninOptions, Whereabouts } from './signin/signin.ts'
export type { SealedKey } from './signin/passkey.ts'
export { random, Secret } from '@hufu/protocol/crypto'
export type { KeyKind, SecurityKey, TrustedIssuer } from '@hufu/protocol/identity'
export {
  drawWords,
  nearestWord,
  parseCode,
  prepareName,
  preparePassphrase,
  type PairCode,
  type SpokenWords,
} from '@hufu/protocol/pair'
export type { PasskeyPlace } from '@hufu/protocol/signin'
export {
  ERRORS,
  HufuError,
  isErrorCode,
  type Blame,
  type ErrorCode,
  type Outcome,
} from '@hufu/protocol/wire'

/** What users and their keys need; loaded when it is first asked for, as most pairings do without. */
export function signin(): Promise<typeof import('./signin/index.ts')> {
  return import('./signin/index.ts')
}

/** Calls, loaded when they are first asked for. */
export function calls(): Promise<typeof import('./call/index.ts')> {
  return import('./call/index.ts')
}
