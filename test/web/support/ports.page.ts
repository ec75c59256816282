/** What the test of the ports uses, in a page. */
export { keptTalks } from '../../../packages/web/src/ports/kept.ts'
export { openProfile } from '../../../packages/web/src/ports/profile.ts'
export { random, Secret } from '@hufu/terminal'
