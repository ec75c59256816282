/*
 * What the two ends of rekey.pml live in: a line, a clock, and what session.ts and link.ts make of them. Three weathers:
 *
 *   (none)    No time at all. Any record may be lost, whatever is sent again is sent at any moment and without end, an
 *             overlap may be over as soon as it began, the line breaks at will. What arrives, arrives in order.
 *   REORDER   The same, and a record may overtake those of other epochs; the counters of its own keep the rest in order.
 *   CALM      LOSSES losses, and at some moment none any more. What waits for a time waits until nothing is on its way,
 *             and one message is said by somebody, perhaps. Then every run ends: nothing goes round for ever (Spin's
 *             non-progress cycles), and at the end both are settled in one epoch and the message is acknowledged.
 */

/* ---- when: policy.ts, and the conditions of due and poll ---- */

/* Old keys: nothing but the change is sent. */
#define BLOCKED(x) (x.epoch < EPOCHS && x.old)
/* By their age: keys that nobody uses wait for the next word, or for whatever else they would hold up. */
#ifdef FAULT_HOLD_UNUSED
#define WAITING(x) (x.reachable && x.link.waiting)
#else
#define WAITING(x) (x.reachable && (x.link.waiting || BLOCKED(x) && FRAME_DUE(x)))
#endif
#define IS_TIME(x) (x.epoch < EPOCHS && (x.used || WAITING(x)))
#define ASKING(x) (x.at == proposed || x.at == switched)
#define CHANGE_DUE(x) (x.showDue || x.at == answered && x.due || ASKING(x) && x.tries == 0)
#define FRAME_DUE(x) (x.link.replyDue || x.link.syncDue || x.link.waiting || x.link.ackDue)
#define PROMPT(x) (CHANGE_DUE(x) || FRAME_DUE(x) && !BLOCKED(x) || x.at == settled && IS_TIME(x) && x.old)
#define MAY_SEND (I.reachable && nfull(line[me]))

#ifdef CALM
/* The shortest wait is longer than the way there and back. */
#define QUIET \
  (I.reachable && YOU.reachable && empty(line[0]) && empty(line[1]) && !PROMPT(I) && !PROMPT(YOU))
/* Nothing has come of the message for a while; whoever does not take it is not asked here for ever. */
#define PROBE_DUE \
  (QUIET && !ASKING(I) && !ASKING(YOU) && I.link.unacknowledged && (YOU.link.taken || !YOU.link.received))
#define MAY_BREAK (!calm && losses > 0)
/* Their number can make it time at any moment. */
#define MAY_PROPOSE (IS_TIME(I) || BLOCKED(I) && PROBE_DUE || !calm && I.epoch < EPOCHS)
/* Whoever waits waits as long as the other. */
#define MAY_TRY (I.tries == 0 || QUIET && (!ASKING(YOU) || I.tries <= YOU.tries))
/* All that is due is sent before the next record is taken in. */
#define MAY_RECEIVE (!I.reachable || full(line[me]) || !CHANGE_DUE(I) && (!FRAME_DUE(I) || BLOCKED(I)))
#else
#define MAY_PROPOSE (I.epoch < EPOCHS)
#define MAY_BREAK true
#define MAY_TRY true
#define MAY_RECEIVE true
#endif

/* ---- link.ts ---- */

#ifdef FAULT_ECHO
#define ANSWERED (kind == sync || kind == reply)
#else
#define ANSWERED (kind == sync)
#endif

inline takeMessage() {
  I.link.taken = true;
  I.link.ackDue = true
}

inline frameIn() {
  if
  :: taken ->
    I.link.waiting = false;
    I.link.unacknowledged = false
  :: !taken && !received && (kind == sync || kind == reply) -> I.link.waiting = I.link.unacknowledged
  :: else
  fi;
  if
  :: ANSWERED -> I.link.replyDue = true
  :: kind == data && I.link.received -> I.link.ackDue = true
  :: kind == data && !I.link.received -> I.link.received = true
  :: kind == data && !I.link.received -> I.link.received = true; takeMessage()
  :: else
  fi
}

inline frameOut() {
  if
  :: I.link.replyDue ->
    I.link.replyDue = false;
    seal(reply, 0, 0)
  :: !I.link.replyDue && I.link.syncDue ->
    I.link.syncDue = false;
    seal(sync, 0, 0)
  :: !I.link.replyDue && !I.link.syncDue && I.link.waiting ->
    I.link.waiting = false;
    I.link.unacknowledged = true;
    I.used = true;
    seal(data, 0, 0)
  :: !I.link.replyDue && !I.link.syncDue && !I.link.waiting -> seal(ack, 0, 0)
  fi
}

/* ---- session.ts ---- */

inline receive() {
#ifdef REORDER
  assert(I.key[epoch] != 0 || epoch < I.epoch); /* ERR_RECORD_EPOCH; what is over is dropped */
#else
  assert(I.key[epoch] != 0); /* in order, nothing comes too late for its keys */
#endif
  if
  :: I.key[epoch] != 0 ->
    assert(I.key[epoch] == key); /* ERR_RECORD_FORGED */
    opened();
#ifdef CALM
    I.used = I.used || kind == data && epoch == I.epoch;
    frameIn();
    /* When an overlap ends is the other weathers' affair. */
    if
    :: I.overlap -> retire()
    :: else
    fi
#endif
  :: else
  fi
}

inline present() {
  I.reachable = true;
  I.tries = 0;
#ifdef CALM
  I.link.syncDue = true
#endif
}

inline absent() {
  I.reachable = false;
  I.link.ackDue = false
}

#define FIELDS(under) kind, under, key, id, ciphertext, received, taken

proctype Session(byte me) {
  do
  :: atomic { MAY_RECEIVE && nempty(line[1 - me]) ->
      if
      :: line[1 - me]?FIELDS(epoch)
#ifdef REORDER
      :: line[1 - me]??FIELDS(eval(I.epoch)) -> epoch = I.epoch
      :: line[1 - me]??FIELDS(eval(I.epoch + 1)) -> epoch = I.epoch + 1
#endif
      fi;
      receive() }
  :: atomic { I.overlap -> retire() }
  :: atomic { MAY_SEND && I.showDue -> I.showDue = false; seal(ack, 0, 0) }
  :: atomic { MAY_SEND && !I.showDue && I.at == settled && MAY_PROPOSE -> propose() }
  :: atomic { MAY_SEND && !I.showDue && I.at == answered && I.due ->
      I.due = false;
      seal(answer, I.answering, I.answers) }
#ifdef FAULT_ONE_TRY
  :: atomic { MAY_SEND && !I.showDue && ASKING(I) && I.tries == 0 -> tryAgain() }
#else
  :: atomic { MAY_SEND && !I.showDue && ASKING(I) && MAY_TRY -> tryAgain() }
#endif
#ifdef CALM
  :: atomic { MAY_SEND && !CHANGE_DUE(I) && !BLOCKED(I) && FRAME_DUE(I) -> frameOut() }
  :: atomic { !BLOCKED(I) && PROBE_DUE -> seal(sync, 0, 0) }
  :: atomic { !calm && !said -> said = true; I.link.waiting = true }
  :: atomic { I.link.received && !I.link.taken && (QUIET || !I.reachable) -> takeMessage() }
#else
  :: atomic { MAY_SEND -> seal(data, 0, 0) }
#endif
  :: over -> break
  od
}

/* ---- the line, and the end of all ---- */

inline lose(from) {
  do
  :: nempty(line[from]) -> line[from]?_, _, _, _, _, _, _
  :: empty(line[from]) -> break
  od
}

#define STILL(x) (!x.reachable || !ASKING(x))
#define AT_REST(x) (x.at == settled && !x.link.waiting && !x.link.unacknowledged && !PROMPT(x))
/* Keys from before the epoch in use are gone. */
#define RETIRED(x) (x.epoch == 0 || x.key[x.epoch - 1] == 0)

proctype Line() {
  byte me = INITIATOR;
  do
  /* It breaks. Who comes back soon enough may not have been missed. */
  :: atomic { I.reachable && YOU.reachable && MAY_BREAK ->
#ifdef CALM
      losses--;
#endif
      lose(0);
      lose(1);
      if
      :: absent()
      :: absent(); me = 1 - me; absent(); me = INITIATOR
      :: me = 1 - me; absent(); me = INITIATOR
      fi }
  :: atomic { !I.reachable -> present() }
  :: atomic { !YOU.reachable -> me = 1 - me; present(); me = INITIATOR }
#ifdef CALM
  :: atomic { !calm -> calm = true }
  /* Minutes pass. */
  :: atomic { !(I.old && YOU.old) && STILL(I) && STILL(YOU) && (QUIET || !I.reachable || !YOU.reachable) ->
      I.old = true;
      YOU.old = true }
  :: atomic { timeout ->
      assert(AT_REST(I) && AT_REST(YOU));
      assert(RETIRED(I) && RETIRED(YOU));
      assert(I.epoch == YOU.epoch);
      over = true }
  :: over -> break
#endif
  od
}

init {
  byte me;
  atomic {
    for (me : 0 .. 1) {
#ifdef CALM
      I.at = settled;
#else
      I.at = unstarted;
#endif
      I.key[0] = FIRST_KEY;
      I.reachable = true;
      run Session(me)
    };
    run Line()
  }
}
