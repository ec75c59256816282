const due: (() => void)[] = []

/**
 * Calls `act` after all sockets that are ready now have been read, in the order asked: one timer for everybody. What is
 * asked for meanwhile belongs to the same turn.
 */
export function inThisTurn(act: () => void): void {
  if (due.push(act) === 1) setImmediate(runAll)
}

function runAll(): void {
  try {
    for (let at = 0; at < due.length; at += 1) due[at]!()
  } finally {
    due.length = 0
  }
}
