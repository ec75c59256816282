import type { Text } from './text.ts'

/** English. */
export const en: Text = {
  title: 'hufu: a key for the two of you',
  skip: 'Skip to the content',
  languages: 'Language',
  headline: 'Two halves, one key',
  lead: 'A general’s order was good only when his half of the bronze tiger fitted the one at court. hufu does that for secret keys: you share a few spoken words, and what you write to each other is yours alone. This server passes it on and cannot read it.',
  tally: 'A tally in two halves that fit together',
  copy: 'Copy',
  copied: 'Copied',
  pair: {
    heading: 'Pair two shells',
    intro: 'Both of you need Node and a checkout of hufu. Nothing is typed into this page.',
    open: {
      heading: 'One of you opens',
      body: 'The command prints a code and waits ten minutes.',
    },
    say: {
      heading: 'Say the code',
      body: 'Over the phone, or across the table. It is good for one try.',
    },
    type: {
      heading: 'The other types it',
      body: 'A wrong word burns the code, and both of you are told. Then simply open a new one. On a machine that others use too, type `--join` in place of the code, and you are asked for it.',
    },
    compare: {
      heading: 'Compare four words',
      body: 'Both ends show the same four words. If they differ, somebody is between you: close it. If they are the same, write.',
    },
    number: 'The server finds you by the number',
    words: 'It never sees the words',
  },
  more: {
    heading: 'More that a shell can do',
    file: {
      heading: 'Send a file',
      body: 'Files and folders of any size, encrypted on the way and checked on arrival.',
    },
    sender: 'The sender',
    receiver: 'The receiver',
    name: {
      heading: 'Meet by name',
      body: 'A shell can wait under a name. Who calls it gives a passphrase that you both know, and who waits is asked for the same one.',
    },
    waiting: 'Who waits',
    calling: 'Who calls',
  },
  server: {
    heading: 'What this server knows',
    intro:
      'It is trusted to deliver, not to read. It can make a session fail, and you would see it; it cannot get into one.',
    seesHeading: 'It sees',
    sees: [
      'that two shells are connected, and from where',
      'the number or the name that they meet at',
      'when they write, and roughly how much',
    ],
    blindHeading: 'It never sees',
    blind: [
      'the words or the passphrase',
      'the keys, which move on while you write',
      'text, file names, files',
    ],
  },
  footer:
    'hufu is free software under the Apache License 2.0. This page loads nothing from elsewhere and remembers only your choice of language.',
}
