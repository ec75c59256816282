/*
 * What the host and the members of group.pml live in: a relay, a clock, and who comes and goes. Two weathers:
 *
 *   (none)   No time at all. Any message may be lost or said twice; LATE: it may be overtaken by others. The host goes at any
 *            moment, former keys are kept for ever unless a departure ends them. What must never be, never is. PLAIN: nothing
 *            is said twice, and there are no beats, so that there may be more members.
 *   CALM     LOSSES losses, and at some moment none any more. What waits for a time waits until nothing is on its way. Then
 *            every run ends: nothing goes round for ever (Spin's non-progress cycles), and at the end no hop is pending, and
 *            every member uses the host's key, or has given up and comes back as one who joins. SILENT: one of them says
 *            nothing at all, and holds up nobody.
 */

inline leave(x) {
  roster = roster & ~BIT(x);
  H.roster++;
  leftAt[x] = H.roster;
  ends[x].in = false;
#if JOINS > 0
  if
  :: x == LATE_ONE -> welcomed = true /* nothing waits for its KEY any more */
  :: else
  fi;
#endif
  empties(x);
  sendAll(entry, H.roster, x, false);
#ifdef FAULT_ORDINARY_HOP
  cancel();
  hop()
#else
#ifdef FAULT_PENDING_STAYS
  if
  :: pending == 0 -> renew(true)
  :: else
  fi
#else
  renew(true)
#endif
#endif
}

inline join(x) {
  secretsBefore = (1 << (lastSecret + 1)) - 1;
  H.roster++;
  sendAll(entry, H.roster, 0, false);
  roster = roster | BIT(x);
  joining = x;
  welcomed = false;
#ifdef FAULT_JOIN_CURRENT
  cancel();
  hop();
  sealTo(x);
#else
  renew(false);
#endif
  joining = 0;
  welcomeRoster = H.roster;
  welcomeEpoch = lastEpoch;
  welcomeKey = (pending != 0 -> pendingKey : lastKey)
}

/* Its KEY has opened it; what was said meanwhile is heard from now on. */
inline welcome(me) {
  welcomed = true;
  I.in = true;
  I.roster = welcomeRoster;
  I.secret = SECRET(welcomeKey);
  readyFor(welcomeEpoch, welcomeKey, SECRET(welcomeKey), false)
}

inline empties(x) {
  do
  :: nempty(down[x]) -> down[x]?_, _, _, _
  :: empty(down[x]) -> break
  od;
  do
  :: nempty(up[x]) -> up[x]?_, _
  :: empty(up[x]) -> break
  od
}

inline hear(x) {
  if
  :: IN_ROSTER(x) && kind == ask -> again(x)
  :: IN_ROSTER(x) && kind == ready && pending != 0 && number == pending ->
    readies = readies | BIT(x)
  :: else
  fi
}

proctype Host() {
  byte x;
end:
  do
#if HOPS > 0
  :: atomic { ROOMY && TIME_TO_ACT && hops > 0 && pending == 0 && lastEpoch < EPOCHS ->
      hops--;
      hop() }
#endif
#if LEAVES > 0
  :: atomic { ROOMY && TIME_TO_ACT && leaves > 0 && lastEpoch < EPOCHS && roster != 0 ->
      leaves--;
      if
      :: IN_ROSTER(1) -> x = 1
      :: IN_ROSTER(2) -> x = 2
#if MEMBERS > 2
      :: IN_ROSTER(3) -> x = 3
#endif
      fi;
      leave(x);
      x = 0 }
#endif
#if JOINS > 0
  :: atomic { ROOMY && TIME_TO_ACT && joins > 0 && lastEpoch < EPOCHS ->
      joins--;
      join(LATE_ONE) }
#endif
#ifdef FAULT_WAIT_FOR_ALL
  :: atomic { ROOMY && pending != 0 && ALL_READY -> goNow() }
#else
  :: atomic { ROOMY && pending != 0 && (ALL_READY || TIME_IS_UP) -> goNow() }
#endif
#ifndef PLAIN
  :: atomic { ROOMY && TIME_TO_BEAT -> sendAll(beat, H.epoch, H.roster, false) }
#endif
  :: atomic { ROOMY && SAID ->
      if
      :: up[1]?kind, number -> x = 1
      :: up[2]?kind, number -> x = 2
#if MEMBERS > 2
      :: up[3]?kind, number -> x = 3
#endif
      fi;
      hear(x);
      x = 0 }
#ifdef CALM
  :: atomic { !calm -> calm = true }
  :: atomic { timeout && !over ->
      assert(pending == 0 && STEADY);
      over = true }
  :: over -> break
#endif
  od
}

proctype Member(byte me) {
end:
  do
  :: atomic { MAY_SAY && I.in && nempty(down[me]) ->
      if
      :: down[me]?kind, number, key, cut
#if !defined(CALM) && !defined(PLAIN)
      :: down[me]?<kind, number, key, cut> /* and once more, later */
#endif
#ifdef LATE
      :: len(down[me]) > 1 -> down[me]?kind, number, key, cut; down[me]!kind, number, key, cut; kind = 0
#endif
      fi;
      if
      :: kind == entry -> entryIn()
      :: kind == prepare -> prepareIn()
      :: kind == fresh -> freshIn()
      :: kind == go -> goIn()
      :: kind == beat -> beatIn()
      :: else
      fi;
      if
      :: !I.in -> empties(me)
      :: else
      fi }
  :: atomic { MAY_SAY && me == LATE_ONE && !welcomed && IN_ROSTER(me) -> welcome(me) }
#ifdef CALM
  /* What it has asked for did not come: it joins again. Not one who lacks nothing. */
  :: atomic { I.in && I.asked && TIME_IS_UP ->
      assert(I.epoch != H.epoch || I.roster != H.roster || pending != 0);
      assert(LOSSES > 0);
      I.in = false;
      empties(me) }
  :: over -> break
#endif
  od
}

init {
  byte me;
  atomic {
    for (me : 0 .. MEMBERS) {
      if
      :: me != LATE_ONE || JOINS == 0 ->
        I.in = true;
        I.epoch = 1;
        I.secret = 1;
        I.has = BIT(1);
        I.key[1] = KEY(1, 0, 0);
        if
        :: me != HOST ->
          roster = roster | BIT(me);
          run Member(me)
        :: else -> run Host()
        fi
      :: else -> run Member(me)
      fi
    }
  }
}
