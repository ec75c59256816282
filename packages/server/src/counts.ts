/** What the relay counts, in plain numbers: the data path has no time for more. Read when somebody asks. */
export interface RelayCounts {
  /** Data frames delivered. */
  frames: number
  /** Octets of their payloads. */
  octets: number
}
