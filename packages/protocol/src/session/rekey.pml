/*
 * The change of keys for Spin (spinroot.com): rekey.ts, and what it needs of records.ts, with their states, names and
 * order. Whoever changes one changes both. rekey-world.pml is what the two ends live in; the searches are made by
 * test/protocol/rekey-model.test.ts.
 *
 * Keys are told apart by what made them; a record is its epoch and what it carries. An assertion is violated by
 * whatever an honest end refuses of an honest other, and by two keys for one epoch. Octets, milliseconds, refresh and
 * closing are not here.
 *
 *   EPOCHS   the last epoch, LAST_EPOCH of the code       CALM, REORDER, LOSSES   see rekey-world.pml
 *   ROOM     records on their way, in each direction      FAULT_…                 plants a fault that must be found
 */

#ifndef EPOCHS
#define EPOCHS 2
#endif
#ifndef ROOM
#define ROOM 2
#endif
#ifndef LOSSES
#define LOSSES 1
#endif
/* More than the losses can use up; nine in the code. */
#define TRIES (LOSSES + 2)

#define INITIATOR 0

mtype:at = { unstarted, settled, proposed, answered, switched }
/* What a record is for: the change that it carries, or its link frame. */
mtype:kind = { proposal, answer, data, ack, sync, reply }

/* What the link above knows of this end's message, and of the other's. */
typedef Link {
  bool waiting, unacknowledged; /* waiting: to be sent, perhaps again */
  bool received, taken; /* by this end, by its application */
  bool ackDue, syncDue, replyDue
}

typedef End {
  mtype:at at;
  byte epoch; /* records leave under it */
  byte key[EPOCHS + 1]; /* of the epochs whose records open; 0 for none */
  byte proposals, answers; /* so far; the last proposal's id, the last answer's ciphertext */
  byte answering; /* id of the proposal that is answered */
  bool due, showDue;
  bool overlap; /* the epoch before is held, and its time runs */
  byte tries;
  bool reachable; /* the other is said to be there */
  bool used, old; /* the epoch in use: something was said; the hard limit is past */
  Link link
}

End ends[2];
/* kind | epoch, and its key | a change's id and ciphertext | the link's received and taken */
chan line[2] = [ROOM] of { mtype:kind, byte, byte, byte, byte, bool, bool };

#define I ends[me]
#define YOU ends[1 - me]

/* Never 0, and epoch 0 has keys that no change makes. */
#define FIRST_KEY 128
#define KEY(proposer, id, ciphertext) ((proposer << 6) | (id << 3) | ciphertext)

/* What a record says, while it is being received. */
hidden mtype:kind kind;
hidden byte epoch, key, id, ciphertext, received, taken;

#ifdef CALM
bool calm;
byte losses = LOSSES;
bool said;
#define LOST !calm && losses > 0 -> losses--
#else
#define LOST true
#endif
bool over;

/* ---- records.ts ---- */

inline seal(what, number, secret) {
  assert(I.key[I.epoch] != 0);
  if
  :: line[me]!what, I.epoch, I.key[I.epoch], number, secret, I.link.received, I.link.taken
  :: LOST
  fi;
  I.link.ackDue = false
}

inline retire() {
  if
  :: I.epoch > 0 -> I.key[I.epoch - 1] = 0
  :: else
  fi;
  I.overlap = false
}

inline install(made) {
  assert(I.epoch < EPOCHS && I.key[I.epoch + 1] == 0);
  retire();
  I.key[I.epoch + 1] = made;
  /* Whenever both hold an epoch, they hold the same keys of it. */
  assert(YOU.key[I.epoch + 1] == 0 || YOU.key[I.epoch + 1] == made)
}

/* ---- rekey.ts ---- */

inline advance() {
  I.epoch++;
  I.used = false;
  I.old = false;
  assert(I.epoch <= YOU.epoch + 1)
}

inline settle() {
  I.at = settled;
  I.tries = 0;
  I.overlap = true
}

inline propose() {
  I.at = proposed;
  I.proposals++;
  I.tries = 0
}

inline giveAnswer() {
  I.tries = 0;
  I.answers++;
  install(KEY(1 - me, id, I.answers));
#ifdef FAULT_SWITCH_EARLY
  advance();
#endif
  I.at = answered;
  I.answering = id;
  I.due = true
}

inline proposalIn() {
  if
#ifndef FAULT_NO_COLLISION
  :: I.at == proposed && me == INITIATOR /* ours counts */
#endif
  :: I.at == answered ->
    assert(I.answering == id); /* ERR_REKEY_MALFORMED */
#ifdef FAULT_FRESH_ANSWER
    I.answers = I.answers % 7 + 1;
    I.key[I.epoch + 1] = KEY(1 - me, id, I.answers);
#endif
    I.due = true
  :: else -> giveAnswer()
  fi
}

inline answerIn() {
  if
  :: I.at == proposed && I.proposals == id ->
    install(KEY(me, id, ciphertext));
    advance();
#ifdef FAULT_NO_OVERLAP
    retire();
#endif
    I.at = switched;
    I.tries = 0
  :: else
  fi
}

#ifdef FAULT_HEED_OLD
#define HEEDED true
#else
#define HEEDED (epoch == I.epoch)
#endif

inline opened() {
  if
  :: I.at == unstarted -> I.at = settled
  :: I.at == answered && epoch == I.epoch + 1 ->
    advance();
    settle();
    I.answering = 0;
    I.due = false;
    I.showDue = true
  :: I.at == switched && epoch == I.epoch -> settle()
  :: else
  fi;
  if
  :: kind == proposal && HEEDED -> proposalIn()
  :: kind == answer && HEEDED -> answerIn()
  :: else
  fi
}

inline tryAgain() {
#ifdef CALM
  assert(I.tries < TRIES); /* ERR_REKEY_UNCONFIRMED */
  I.tries++;
#endif
  if
  :: I.at == proposed -> seal(proposal, I.proposals, 0)
  :: I.at == switched && I.tries <= 1 -> seal(ack, 0, 0)
#ifdef CALM
  :: I.at == switched && I.tries > 1 -> seal(sync, 0, 0)
#endif
  fi
}

#include "rekey-world.pml"
