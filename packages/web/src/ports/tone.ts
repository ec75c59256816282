/** Two notes one after the other, a third apart, then silence: seconds and hertz. Our choice. */
const PERIOD_S = 2.4
const NOTES = [
  { atS: 0, hertz: 659.25 },
  { atS: 0.28, hertz: 523.25 },
] as const
const NOTE_S = 0.9
/** Of full loudness. */
const LOUDNESS = 0.18
/** Seconds of ringing that are laid out at once: longer than any ring waits. */
const LAID_OUT_S = 150

/**
 * Begins to ring, with a soft two-note tone made here (there is no sound file), and gives the function that ends it.
 * Browsers keep silent until the user has touched the page once; then nothing is heard.
 */
export function startTone(): () => void {
  if (typeof AudioContext === 'undefined') return () => undefined
  const context = new AudioContext()
  const begin = context.currentTime + 0.05
  for (let at = 0; at < LAID_OUT_S; at += PERIOD_S)
    for (const { atS, hertz } of NOTES) strike(context, begin + at + atS, hertz)
  context.resume().catch(() => undefined)
  return () => {
    context.close().catch(() => undefined)
  }
}

/** A bell: the note and, quieter, its octave, both fading. */
function strike(context: AudioContext, atS: number, hertz: number): void {
  for (const [factor, share] of [
    [1, 1],
    [2, 0.25],
  ] as const) {
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = hertz * factor
    volume.gain.setValueAtTime(0, atS)
    volume.gain.linearRampToValueAtTime(LOUDNESS * share, atS + 0.012)
    volume.gain.exponentialRampToValueAtTime(0.0001, atS + NOTE_S)
    tone.connect(volume).connect(context.destination)
    tone.start(atS)
    tone.stop(atS + NOTE_S)
  }
}
