export type { AudioCounts } from './mixer.ts'
export { play } from './pace.ts'
export { openRecorder, type Recorder } from './recorder.ts'
export { openAudio, type AudioSource } from './source.ts'
