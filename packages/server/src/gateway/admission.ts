/** Counts open connections, in all and by source. */
export interface Admission {
  /** Lets one in, and gives what lets it out again; undefined if there are too many. */
  admit(source: string): (() => void) | undefined
  count(): number
}

/** Admission of `most` connections, `perSource` of them from one source. */
export function admissionOf(most: number, perSource: number): Admission {
  const bySource = new Map<string, number>()
  let all = 0
  return {
    admit(source) {
      const own = bySource.get(source) ?? 0
      if (all >= most || own >= perSource) return undefined
      all += 1
      bySource.set(source, own + 1)
      let inside = true
      return () => {
        if (!inside) return
        inside = false
        all -= 1
        const left = bySource.get(source)! - 1
        if (left === 0) bySource.delete(source)
        else bySource.set(source, left)
      }
    },
    count: () => all,
  }
}
