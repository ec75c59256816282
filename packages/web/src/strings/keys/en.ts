import type { KeysText } from './text.ts'

/** English. */
export const keysEn: KeysText = {
  heading: 'My key',
  signInBody:
    'With your passkey you are rung here under your user ID, wherever this browser is, and show others that it is you.',
  signIn: 'Sign in with a passkey',
  touching: 'Confirm with your passkey…',
  enrolLink: 'I have an invitation or a recovery code',
  ways: {
    heading: 'If the passkey does not work here',
    host: (host) =>
      `A passkey works only under the host name at which it was made. Here that is ${host}.`,
    browser:
      'Not every browser and security key can hold secrets in a passkey. Try another browser, a phone, or a newer security key.',
    shell:
      'In a shell a key is a file or a hardware token: `hufu key new` makes it, `hufu signin` uses it.',
    recovery: 'Your recovery code makes a new passkey, here or anywhere.',
  },
  here: {
    user: 'Signed in as',
    since: 'Since',
    until: 'Until',
    keyed:
      'Your key is open: those you talk to see that it is you, and the sign-in is renewed by itself.',
    locked: 'Your key is locked',
    lockedBody:
      'The page was opened anew, and keys are never stored. You are still rung here, but cannot show that it is you.',
    unlock: 'Open it with the passkey',
    release: 'Release this terminal',
    releaseBody: 'Signs you out here. Then somebody else can sign in.',
    elsewhere: 'Where else you are signed in',
    nowhere: 'Nowhere else.',
    terminal: (id) => `Terminal ${id}`,
    connected: 'connected',
    away: 'not connected',
    signedInSince: (date) => `since ${date}`,
    releaseIt: 'Release',
    releaseThere: (id) => `Release terminal ${id}`,
    released: (id) => `Terminal ${id} is released.`,
  },
  otherTab: {
    body: (user) =>
      `${user} is signed in at this browser, in another tab. A ring shows there, or here once that tab is closed.`,
    take: 'Use this tab',
    busy: {
      what: 'A talk is going on in another tab.',
      next: 'It would end. Finish it there first.',
    },
  },
  looking: 'Asking the server who is signed in here…',
  ended: { heading: (user) => `${user} is signed out here`, reason: 'The operator’s reason' },
  enrol: {
    heading: 'Make a key',
    body: 'An invitation from the operator makes your first key here; a recovery code replaces one that is lost.',
    code: 'Invitation or recovery code',
    codeHint: 'Seven groups of four letters and digits',
    badCode: 'A code has seven groups of four letters and digits, such as 7Q2M-K0ZD-….',
    steps: [
      'Your browser makes a passkey: in this device, in your phone, or in a security key.',
      'It may ask you twice: once to make the passkey, and once to take a secret from it.',
      'Your keys are made in this page and sealed under that secret. The server keeps them sealed.',
    ],
    make: 'Make a passkey',
    making: 'Confirm with your passkey, maybe twice…',
  },
  recovery: {
    heading: (user) => `You are ${user}. Keep this code`,
    body: 'If you lose your passkey, this code makes a new one. It is shown once, and nobody else has it. Print it, or write it down.',
    copy: 'Copy the code',
    print: 'Print',
    download: 'Save as a file',
    file: (user, host) =>
      `Recovery code of ${user} at ${host}\nIt makes a new key in place of a lost one. Keep it where nobody else finds it.`,
    kept: 'I have kept it somewhere safe',
    goOn: 'Sign in',
  },
  list: {
    heading: 'Your keys',
    body: 'Make a second one before you lose the first.',
    made: (date) => `made ${date}`,
    used: (date) => `last used ${date}`,
    unused: 'never used',
    revokedAt: (date) => `revoked ${date}`,
    here: 'In use here',
    revoke: 'Revoke',
    revokeName: (kind, date) => `Revoke ${kind} made ${date}?`,
    revokeBody: 'It never works again, and what is signed in by it is released.',
    revoked: 'The key is revoked.',
    add: 'Add a passkey',
    addBody: 'In another device, or in a security key. It may ask you twice.',
    added: 'The new passkey is yours.',
  },
  who: {
    verified: (user, kind) => `${user}, verified by ${kind}.`,
    badge: 'Verified',
    first: 'You meet this user for the first time here.',
    since: (date) => `The same key since ${date}.`,
    changed: (date) => `Known since ${date}, now with another key that you have accepted.`,
    nobody: 'The other shows no key: nothing proves who it is.',
    claimed: (user) => `The other claims to be ${user}. That could not be verified.`,
    unshown: (user) => `You rang ${user}, and the other shows no key.`,
    wasKnown: (user) => `${user} was verified here before, so be careful.`,
    why: 'Why',
    locked: (user) => `Your key is locked: they would not see that you are ${user}.`,
    unlocked: (user) => `They will see that you are ${user}.`,
  },
  alarm: {
    heading: (user) => `${user} has another key`,
    body: (date, kind) =>
      `You have known them since ${date}. This time they show ${kind}, another key than before.`,
    advice:
      'A new key of theirs looks like this, and so does somebody who has deceived the authority. Ask them another way before you accept it.',
    accept: 'Accept the new key',
    refuse: 'Break off',
  },
  met: {
    heading: 'Users you have verified',
    body: 'Their keys are remembered. If one changes, you are asked.',
    since: (kind, date) => `by ${kind}, since ${date}`,
    forget: 'Forget',
    forgetName: (user) => `Forget ${user}?`,
    forgetBody: 'Next time any key of theirs is taken as the first.',
    forgotten: (user) => `${user} is forgotten.`,
  },
  kinds: {
    software: 'a software key',
    token: 'a hardware token',
    passkey: 'a passkey',
    outside: 'a key of another authority',
  },
  told: {
    address: {
      what: 'Passkeys need a host name.',
      next: 'This page was opened by a bare address. Open it by its name, such as https://hufu.example.org or http://localhost.',
    },
    browser: {
      what: 'This browser has no passkeys.',
      next: 'Use another browser, or sign in from a shell.',
    },
    same: {
      what: 'This device holds your passkey already.',
      next: 'Choose another device or a security key: a second one in the same place would be lost with it.',
    },
    strangers: {
      what: 'That passkey is another user’s.',
      next: 'Only the passkey of the user who is signed in can do this.',
    },
    last: {
      what: 'This is your only key.',
      next: 'Add another one first, or you could not sign in any more.',
    },
  },
}
