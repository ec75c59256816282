/** Counts open connections, in all and by source. */
export interface Admission {
  /** Lets one in; false if there are too many. */
  admit(source: string): boolean
  /** Lets one out that was let in. */
  leave(source: string): void
  count(): number
}

/** Admission of `most` connections, `perSource` of them from one source. */
export function admissionOf(most: number, perSource: number): Admission {
  const bySource = new Map<string, number>()
  let all = 0
  return {
    admit(source) {
      const own = bySource.get(source) ?? 0
      if (all >= most || own >= perSource) return false
      all += 1
      bySource.set(source, own + 1)
      return true
    },
    leave(source) {
      const own = bySource.get(source)
      if (own === undefined) return
      all -= 1
      if (own === 1) bySource.delete(source)
      else bySource.set(source, own - 1)
    },
    count: () => all,
  }
}
