/** What the relay counts, in plain numbers: the data path has no time for more. Read when somebody asks. */
export interface RelayCounts {
  /** Data frames delivered. */
  frames: number
  /** Octets of their payloads. */
  octets: number
  /** Frames of media that were not: too late, too large or too many. */
  dropped: number
}
