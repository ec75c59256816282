/*
 * The hops of a group for Spin (spinroot.com): host.ts and member.ts with what belongs to them, with their states, names and
 * order. Whoever changes one changes both. group-world.pml is what they live in; the searches are made by test/protocol/group-model.test.ts.
 *
 * Keys are told apart by what makes them: the call's secret, the epoch that a ratchet mixes in, the roster. An assertion is
 * violated by two keys for one epoch, by a secret in use that somebody has who is not in the call, by an old key that is
 * taken after a departure, and by whatever a member holds against an honest host. Signatures hold; octets, nonces and
 * milliseconds are not here.
 *
 *   MEMBERS        besides the host; the last of them joins late, where JOINS says so
 *   EPOCHS         the last epoch, the first is 1          CALM, LATE, SILENT, LOSSES   see group-world.pml
 *   HOPS, LEAVES   how many there may be                   FAULT_…                      plants a fault that must be found
 *   ROOM           messages on their way to a member
 */

#ifndef MEMBERS
#define MEMBERS 2
#endif
#ifndef EPOCHS
#define EPOCHS 4
#endif
#ifndef HOPS
#define HOPS 1
#endif
#ifndef LEAVES
#define LEAVES 1
#endif
#ifndef JOINS
#define JOINS 0
#endif
#ifndef ROOM
#define ROOM 3
#endif
#ifndef LOSSES
#define LOSSES 1
#endif

#define HOST 0
/* Messages of a member on their way. */
#ifdef CALM
#define SAID_AT_ONCE 6
#else
#define SAID_AT_ONCE 1
#endif
#define LATE_ONE MEMBERS

mtype = { entry, prepare, fresh, go, beat, ready, ask }

/* The host is one of them: it has keys, a secret and a roster, too. */
typedef End {
  bool in; /* the roster, and in step */
  byte epoch; /* sends under it; 0 before the first go */
  byte key[EPOCHS + 1]; /* of the epochs that it takes frames of; 0 for none */
  byte secret, roster;
  byte readied, readiedSecret; /* 0: none; a secret only if it is fresh */
  bool readiedCut;
  byte early; /* epoch of a go that is ahead of its prepare */
  bool earlyCut, asked;
  byte departedAt; /* place in the roster of the last departure since the key in use; 0: none */
  byte has /* every secret that was ever sealed to it, by bit */
}

End ends[MEMBERS + 1];
/* kind | epoch, or place in the roster | key, or who is removed | cut */
chan down[MEMBERS + 1] = [ROOM] of { mtype, byte, byte, bool };
/* kind | epoch */
chan up[MEMBERS + 1] = [SAID_AT_ONCE] of { mtype, byte };

#define H ends[HOST]
#define I ends[me]

/* Never 0. The host commits to a key by showing it. */
#define KEY(secret, base, roster) (((secret) << 5) | ((base) << 2) | (roster))
#define SECRET(key) ((key) >> 5)
#define ROSTER(key) ((key) & 3)
#define BIT(n) (1 << (n))
#ifdef RATCHET
#define MIXED(epoch) (epoch)
#else
#define MIXED(epoch) 0
#endif

#ifdef SILENT
#define SILENT_ONE 1
#else
#define SILENT_ONE 255
#endif

byte roster; /* who is in it, by bit; as the host knows it */
byte leftAt[MEMBERS + 1]; /* the place in the roster from which on it has gone */
byte hops = HOPS, leaves = LEAVES, joins = JOINS;
bool welcomed = true; /* what is sealed to the late one has come */
byte welcomeEpoch, welcomeKey, welcomeRoster;
byte joining; /* is being let in: gets a welcome, and no fresh */

#define IN_ROSTER(x) ((roster & BIT(x)) != 0)
#define ALL_READY ((roster & ~readies) == 0)
/* Who has not given up, or is not heard yet. */
#define HEARS(x) (ends[x].in || x == LATE_ONE && !welcomed)
/* The one has gone, as far as the roster goes whose key the other uses. */
#define GONE_FOR(x, one) (leftAt[one] != 0 && leftAt[one] <= ROSTER(x.key[x.epoch]))

#if MEMBERS > 2
#define SAID (nempty(up[1]) || nempty(up[2]) || nempty(up[3]))
#else
#define SAID (nempty(up[1]) || nempty(up[2]))
#endif

#ifdef CALM
bool calm, over;
byte losses = LOSSES;
#define LOST !calm && losses > 0 -> losses--
#define EMPTY(x) (empty(down[x]) && empty(up[x]))
#if MEMBERS == 2
#define QUIET (EMPTY(1) && EMPTY(2))
#define ROOMY (len(down[1]) + 3 <= ROOM && len(down[2]) + 3 <= ROOM)
#define STEADY (IS_STEADY(1) && IS_STEADY(2))
#define NOBODY_ASKS (!ASKS(1) && !ASKS(2))
#else
#define QUIET (EMPTY(1) && EMPTY(2) && EMPTY(3))
#define ROOMY (len(down[1]) + 3 <= ROOM && len(down[2]) + 3 <= ROOM && len(down[3]) + 3 <= ROOM)
#define STEADY (IS_STEADY(1) && IS_STEADY(2) && IS_STEADY(3))
#define NOBODY_ASKS (!ASKS(1) && !ASKS(2) && !ASKS(3))
#endif
#define IS_STEADY(x) (!ends[x].in || ends[x].epoch == H.epoch && ends[x].roster == H.roster)
#define ASKS(x) (ends[x].in && ends[x].asked)
#define TIME_TO_ACT !calm
#define TIME_IS_UP (QUIET && welcomed)
#define TIME_TO_BEAT (QUIET && welcomed && pending == 0 && !STEADY && NOBODY_ASKS)
#define MAY_SAY (len(up[me]) <= 4)
#else
#define LOST true
#define ROOMY true
#define TIME_TO_ACT true
#define TIME_IS_UP true
#define TIME_TO_BEAT true
#define MAY_SAY true
#endif

/* ---- host.ts ---- */

byte lastEpoch = 1, lastSecret = 1;
byte pending, pendingKey, readies;
bool pendingFresh, pendingCut;
/* What a straggler is sent again: the last go, and what came before it. */
byte lastKey;
bool lastCut, lastFresh;
typedef Peer { byte epoch, key; bool cut }
Peer peers[MEMBERS + 1];
/* Secrets made before the late one came. */
byte secretsBefore;

hidden mtype kind;
hidden byte number, key, cut, n, who;

inline send(to, what, epochOrPlace, keyOrWho, isCut) {
  if
  :: !HEARS(to)
  :: HEARS(to) && nfull(down[to]) -> down[to]!what, epochOrPlace, keyOrWho, isCut
  :: HEARS(to) && LOST
  fi
}

inline sendAll(what, epochOrPlace, keyOrWho, isCut) {
  for (n : 1 .. MEMBERS) {
    if
    :: IN_ROSTER(n) -> send(n, what, epochOrPlace, keyOrWho, isCut)
    :: else
    fi
  }
}

/* Whenever two who are in the call hold an epoch, they hold the same key of it. */
inline install(x, that, made) {
  x.key[that] = made;
  for (who : 0 .. MEMBERS) {
    assert(!ends[who].in || ends[who].key[that] == 0 || ends[who].key[that] == made)
  }
}

/* Nobody else has the secret of a key in use; nor is anything taken that is sealed under a key of one who has gone. */
inline blind(x) {
  for (who : 1 .. MEMBERS) {
    if
    :: GONE_FOR(x, who) ->
      for (n : 1 .. EPOCHS) {
        assert(x.key[n] == 0 || (ends[who].has & BIT(SECRET(x.key[n]))) == 0)
      }
    :: else
    fi
  }
}

inline forgetKept(x) {
  for (n : 1 .. EPOCHS) {
    if
    :: n != x.epoch && n != x.readied -> x.key[n] = 0
    :: else
    fi
  }
}

inline sealTo(to) {
  ends[to].has = ends[to].has | BIT(lastSecret);
  /* Who is late has no secret from before. */
  assert(to != LATE_ONE || (ends[to].has & secretsBefore) == 0)
}

inline cancel() {
  if
  :: pending != 0 ->
    H.key[pending] = 0;
#ifdef FAULT_EPOCH_AGAIN
    lastEpoch--;
#endif
    pending = 0
  :: else
  fi
}

inline goNow() {
  sendAll(go, pending, pendingKey, pendingCut);
  lastKey = pendingKey;
  lastCut = pendingCut;
  lastFresh = pendingFresh;
  H.epoch = pending;
  H.secret = SECRET(pendingKey);
  if
  :: pendingCut -> forgetKept(H)
  :: else
  fi;
  pending = 0;
  for (who : 1 .. MEMBERS) {
    assert(IN_ROSTER(who) || (ends[who].has & BIT(H.secret)) == 0)
  };
  blind(H)
}

inline renew(isLeft) {
#ifdef FAULT_CUT_ONCE
  pendingCut = isLeft;
#else
  pendingCut = isLeft || pending != 0 && pendingCut;
#endif
  cancel();
  lastEpoch++;
  lastSecret++;
  pending = lastEpoch;
  pendingKey = KEY(lastSecret, 0, H.roster);
  pendingFresh = true;
  readies = 0;
  install(H, pending, pendingKey);
  for (n : 1 .. MEMBERS) {
    if
    :: IN_ROSTER(n) ->
      sealTo(n);
      if
      :: n != joining ->
        peers[n].epoch = pending;
        peers[n].key = pendingKey;
        peers[n].cut = pendingCut;
        send(n, fresh, pending, pendingKey, pendingCut)
      :: else
      fi
    :: else
    fi
  }
}

inline hop() {
  lastEpoch++;
  pending = lastEpoch;
  pendingKey = KEY(H.secret, MIXED(H.epoch), H.roster);
  pendingFresh = false;
  pendingCut = false;
  readies = 0;
  install(H, pending, pendingKey);
  sendAll(prepare, pending, pendingKey, false)
}

inline freshAgain(to) {
  if
  :: peers[to].epoch != 0 -> send(to, fresh, peers[to].epoch, peers[to].key, peers[to].cut)
  :: else
  fi
}

inline again(to) {
  if
  :: number == H.epoch && pending != 0 && !pendingFresh -> send(to, prepare, pending, pendingKey, false)
  :: number == H.epoch && pending != 0 && pendingFresh -> freshAgain(to)
  :: number != H.epoch && pending == 0 && lastKey != 0 ->
    if
    :: lastFresh -> freshAgain(to)
    :: else -> send(to, prepare, H.epoch, lastKey, false)
    fi;
    send(to, go, H.epoch, lastKey, lastCut)
  :: else
  fi
}

/* ---- member-state.ts, member-hops.ts ---- */

#define LATEST (I.readied != 0 -> I.readied : I.epoch)

inline say(what, that) {
  if
  :: nfull(up[me]) -> up[me]!what, that
  :: LOST
  fi
}

inline askOnce() {
  if
  :: !I.asked ->
    I.asked = true;
    say(ask, I.epoch)
  :: else
  fi
}

/* Nobody knows yet who has said it: nothing follows if it is not answered. */
inline keepEarly() {
  if
  :: I.early == 0 -> say(ask, I.epoch)
  :: else
  fi;
  I.early = number;
  I.earlyCut = cut
}

inline switchOver() {
  I.epoch = I.readied;
  I.readied = 0;
  if
  :: I.readiedSecret != 0 -> I.secret = I.readiedSecret
  :: else
  fi;
#ifdef FAULT_KEEP
  if
  :: true
#else
  if
#ifdef FAULT_HEED_GO
  :: cut || I.readiedCut -> forgetKept(I)
#else
  :: cut || I.readiedCut || I.departedAt != 0 -> forgetKept(I)
#endif
#endif
  :: else
  fi;
  I.readiedSecret = 0;
  I.readiedCut = false;
  if
  :: ROSTER(I.key[I.epoch]) >= I.departedAt -> I.departedAt = 0
  :: else /* from before it */
  fi;
#ifndef FAULT_STILL_ASKING
  I.asked = false;
#endif
  blind(I)
}

/* What is ahead of what it is ready for, too, was asked for when it came. */
inline goEarly() {
  if
  :: I.early != 0 && I.early <= I.readied ->
    number = I.early;
    cut = I.earlyCut;
    I.early = 0;
    I.earlyCut = false;
    if
    :: number == I.readied -> switchOver()
    :: else
    fi
  :: else
  fi
}

inline readyFor(that, made, fromSecret, isCut) {
  if
  :: I.readied != 0 -> I.key[I.readied] = 0
  :: else
  fi;
  I.readied = that;
  I.readiedSecret = fromSecret;
  I.readiedCut = isCut;
  I.asked = false;
  install(I, that, made);
  if
  :: me != SILENT_ONE -> say(ready, that)
  :: else
  fi;
  goEarly()
}

inline entryIn() {
  if
  :: number <= I.roster
  :: number > I.roster && number != I.roster + 1 -> I.in = false /* behind */
  :: number == I.roster + 1 ->
    I.roster = number;
    if
    :: key == me -> I.in = false /* removed */
    :: key != me && key != 0 -> I.departedAt = number
    :: else
    fi
  fi
}

inline prepareIn() {
  if
  :: number <= LATEST
  :: number > LATEST && (I.epoch == 0 || ROSTER(key) != I.roster || SECRET(key) != I.secret) -> askOnce()
  :: number > LATEST && I.epoch != 0 && ROSTER(key) == I.roster && SECRET(key) == I.secret ->
    if
#ifdef FAULT_NO_COMMITMENT
    :: readyFor(number, KEY(I.secret, MIXED(I.epoch), I.roster), 0, false)
#else
    :: key == KEY(I.secret, MIXED(I.epoch), I.roster) -> readyFor(number, key, 0, false)
    :: else ->
      assert(number != I.epoch + 1); /* a fork */
      askOnce()
#endif
    fi
  fi
}

inline freshIn() {
  if
  :: number <= LATEST
  :: number > LATEST && ROSTER(key) != I.roster -> askOnce()
  :: number > LATEST && ROSTER(key) == I.roster -> readyFor(number, key, SECRET(key), cut)
  fi
}

inline goIn() {
  if
  :: number < LATEST || number == I.epoch /* in use, or overtaken */
  :: number > LATEST -> keepEarly()
  :: number == LATEST && number != I.epoch ->
    assert(I.key[number] == key); /* a fork */
    switchOver()
  fi
}

inline beatIn() {
  if
  :: number > I.epoch || key != I.roster -> askOnce()
  :: else
  fi
}

#include "group-world.pml"
