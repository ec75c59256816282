// Derives the 2,048 words that hufu speaks (packages/protocol/src/wire/words.data.ts)
// from EFF's large wordlist: node scripts/words.mjs eff_large_wordlist.txt
//
// The rule, in order:
//   1. letters a to z only, four to seven of them;
//   2. none of the words in LEFT_OUT below;
//   3. ADDED goes first; then plain words before inflected and compounded ones, shorter before
//      longer, then by the alphabet;
//   4. in that order, take a word unless one already taken begins with the same four letters, is one
//      slip away (a letter changed, added, dropped, or two neighbours swapped), or sounds alike;
//   5. stop at 2,048; sort by the alphabet.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Words that stand in our documentation and that EFF's list lacks (it has `lilac`). */
const ADDED = ['tango', 'orbit', 'lilac']
const WORDS_WANTED = 2048
const TARGET = new URL('../packages/protocol/src/wire/words.data.ts', import.meta.url)

/** What nobody should have to say aloud to a stranger, and what is hard to say the same way twice. */
const LEFT_OUT = {
  body: `arm armless armpit abdomen backside badass bladder bloody boozy bunion chafe corset crotch
    dandruff denture dorsal douche eardrum earwax enema fanny femur fester fetal fetus gizzard gonad
    groin gut gutless hubcap icky jockstrap jugular kidney latrine leotard liposuction liver lumpish
    naked navel nude nudity oink organ ovary pelvis pimple placenta proton pungent puke pus rabid
    rectal rectum rump scab scabby scum septic slimy slobber snot spew spit spleen stench sweat
    thong tush udder ulcer unwashed upchuck urine urology uterus vomit waist wart womb wound
    boil bloated clammy diaper flap gills gnarly guts maimed mumps nape scurvy septum limping numbing
    bulge boob breast butt thigh tibia sternum spinal smear squirt stink stinky goo gooey ooze`,
  insult: `ape baboon badland batty bogus boozy bossy cheater chubby chump clunky coward crazy creep
    creepy crook dimmer dimness ditzy dole dork drab drone drool drunk duller dummy dunce dweeb
    egotism fat flabby flaky flunky freak geek goof gutter haggler half hag idiot jerk junkie loser
    absurd banshee crazed junkman mutt nastily pauper rants shabby shame varmint wannabe worst goofy
    mannish mongrel moocher moody moron nerd nutcase nutty oaf obtuse outcast phony psychic rascal
    scoff scorn slacker slander sleaze sloppy slug slum snitch snob stupor swindler thug traitor
    twerp twit ugly vermin vixen weirdo whiny wimp gloater mocker skinny stingy stupid surly
    swagger dwarf grinch unmoral barbaric barbed lardy nanny granny dude manlike`,
  harm: `abuse ambush arson assault autism bash beater blade blast bleed bomb bribe brute bullet
    carnage coffin coma coroner corpse crusher cruelty crux cyanide dagger dead death deathly
    deceit decay defile deface defraud demise demolish despair doom drown drug dying enslave entomb
    evict evil exhume famine fang fascism felony firearm germ grave grief grime gun gunfire gunman
    hangup hangman hate hearse hemlock horror hostage hunt hurt impale jail jailer jailbird kill
    killer lethal leper lynch malice marxism massacre missile mourner mummify mutate nemesis noose
    opium pain painful panic perish pest perjury pistol plague poison poker predator prison prowler
    purge racism racist ravage relapse rob robber sadist savage scam scar scare serpent shoot
    shotgun slain slap slash slave slayer slit smash smother sniper spear stab stabber starve
    steal stole strangle strike suicide swear tantrum terror theft thief threat throat torment
    toxic tragedy trauma tumor twister ulcer undead vicious victim villain violate violent viper
    virus wasp weapon whip widow wither wrath wreck wrecker zombie slaughter fatal disarm
    abusive cussed crudely deadly despise detest duress gory gorged grimy hatred impeach poach ransack
    ruined scuff shriek smashup sullen turmoil vertigo thrash crushed dumping derail defame deceit
    criminal bazooka musket uranium nuke killing war battle attack asbestos chemo convict
    disease flu fungus hemlock pandemic phobia sick sickness misery panic scold suffer harsh
    punch quarrel raid raider reckless trap haunt hazard harass hassle hex hound`,
  intimate: `affair alcohol ashtray bachelor bed bedroom bikini booze bootie brewery bride cigar
    chaste condom divorce escort erotic flirt geisha gigolo harem hooker hump juicy kiss kisser
    lewd lust lusty lover manhole marry mate mistress obscene obtain orgasm orgy panties panty pole porn
    prude pucker racy randy seduce sensual sex sexism sexist sexual sexy sherry siren smooch smut
    spank stripper suave sultry tease tipsy toplss topless trashy undress vice virgin whiskey
    whoopee profane panther panty bosom loins moaner grope grub peep tacky unzip
    cocaine ethanol heroin joint narcotic prozac ritalin stoned valium nicotine tobacco weed
    gambler casino brothel kinky kinship shaft stud beaver cucumber crack pot bonded flaccid fleshy
    foreplay hunk humped husked kissing manhood marital moaning elope unwed unclad lapping suction`,
  faith: `allah amish apostle arab aryan asian bible bishop buddha celtic cherub chinese christ
    church creole cult deity demon devil diocese eskimo gentile geisha goliath gospel gothic
    gypsy heathen hebrew hindu holy islam islamic jesus jew jewish kosher mosque muslim nun oath
    pagan papal parish pope prayer preachy priest psalm quaker rabbi sabbath saint saintly satan
    sermon siamese sin sinful yiddish unholy voodoo crucify negro negate santa soul monk
    politics senate senator liberal fascist marxist nazi republic democrat abolish regime revolt`,
  names: `aids april august chevy cupid ebay ebony ecard google geiger humvee ipad iphone ipod january
    jeep jersey jimmy john june kleenex lego march monday myspace october oxford petri smith skype
    sunday tabasco thursday friday timothy tuesday tylenol velcro venus walmart wifi xbox xerox yahoo
    zipfile dropbox android chess fedora java dixie eden kiwi yoyo marshy mardi mama google twitter
    pampers itunes sharpie trump manila apache speedo
    facebook verizon scion sudoku hertz sierra oreo dna url usb gps
    phoenix python wikipedia popeye shaq`,
  spoken: `aorta aide aloud altar awry aisle ached accent boar bough brows cacti caught caulk cereal
    choir colonel cough could coup creak cue czar doubt dough ecru ether ewe faux feign feud flour
    gauge ghoul gnat gnaw gout haiku hymn idle idol ism isle knead knell kneel knelt knight knob
    knoll knot knuckle lisp llama maize mauve mousse ogle ought phlegm plumb pneuma psyche
    ptomaine queue quay rhyme rhythm rogue rouge rye scent schism sleigh sleuth sword
    tsar thyme tomb tongue whoever wharf wry yacht yea yeah yikes xylem salve suede
    acts arming aching bling cupping exes gaining getting giving kung lagged lapel lividly mulled
    nemeses nimbly oops oozy paced reps tying unlit waged whoops zips ridden slept halved exalted
    gaffe gala genre hyphen niche papyrus petite placard sphinx sphere
    thank that these this those than then there their whose wheat whiff whacky wham which written
    antsy ashy ahoy aloe amuck awhile boxlike citable coexist dayroom doable eatable emcee finless
    flyable iciness jawless movable nutlike prorate precut pregame prelaw preteen prewar rimless
    sixfold subpar subzero tinwork trekker unawake unvocal upstage uncut unbend umpire usable usage
    user used said should would went were`,
}

const source = process.argv[2]
if (source === undefined) {
  console.error('usage: node scripts/words.mjs path/to/eff_large_wordlist.txt')
  process.exit(2)
}
const words = derive(readFileSync(source, 'utf8'))
writeFileSync(TARGET, dataFile(words))
console.log(`${words.length} words written to ${fileURLToPath(TARGET)}`)

/** @param {string} list lines of five dice, a tab, a word */
function derive(list) {
  const leftOut = new Set(Object.values(LEFT_OUT).flatMap((words) => words.split(/\s+/)))
  const candidates = list
    .split('\n')
    .map((line) => line.trim().split('\t')[1] ?? '')
    .filter((word) => /^[a-z]{4,7}$/.test(word) && !leftOut.has(word))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const taken = { words: [], prefixes: new Set(), sounds: new Set(), slips: new Set() }
  for (const word of new Set([...ADDED, ...candidates])) {
    if (taken.words.length < WORDS_WANTED) take(taken, word)
  }
  if (taken.words.length < WORDS_WANTED)
    throw new Error(`only ${taken.words.length} words are left`)
  return taken.words.sort()
}

/** Plain words of four letters have rank 4, inflected ones of seven letters rank 17. */
function rank(word) {
  const inflected = /(ed|ing|ly|ness|est|er|ier|able|like|less|s)$/.test(word)
  const compound = /^(un|re|out|over|pre|de|dis)./.test(word)
  return word.length + (inflected || compound ? 10 : 0)
}

function take(taken, word) {
  const prefix = word.slice(0, 4)
  const slips = slipsOf(word)
  if (taken.prefixes.has(prefix) || taken.sounds.has(soundOf(word))) return
  if (slips.some((slip) => taken.slips.has(slip))) return
  taken.words.push(word)
  taken.prefixes.add(prefix)
  taken.sounds.add(soundOf(word))
  for (const slip of slips) taken.slips.add(slip)
}

/** Two words one slip apart share one of these: the word, one letter open, one dropped, two swapped. */
function slipsOf(word) {
  const slips = [word]
  for (let at = 0; at < word.length; at++) {
    const [before, after] = [word.slice(0, at), word.slice(at + 1)]
    slips.push(`${before}?${after}`, `-${before}${after}`)
    if (after !== '')
      slips.push(`=${before}${[word[at], after[0]].sort().join('')}${after.slice(1)}`)
  }
  // A word with a letter dropped meets the shorter word itself, so that is listed as a drop too.
  return [...slips, `-${word}`]
}

/** A rough English ear: letters that sound alike become one, vowels count by their first letter. */
function soundOf(word) {
  return word
    .replace(/ph/g, 'f')
    .replace(/gh/g, 'g')
    .replace(/wh/g, 'w')
    .replace(/ck/g, 'k')
    .replace(/c(?=[eiy])/g, 's')
    .replace(/[cq]/g, 'k')
    .replace(/x/g, 'ks')
    .replace(/z/g, 's')
    .replace(/^kn/, 'n')
    .replace(/^wr/, 'r')
    .replace(/e$/, '')
    .replace(/(.)\1+/g, '$1')
    .replace(/[aeiouy]+/g, (vowels) => vowels.charAt(0).replace('y', 'i'))
}

function dataFile(words) {
  const lines = ['']
  for (const word of words) {
    const line = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`
    if (line.length > 96) lines.push(word)
    else lines[lines.length - 1] = line
  }
  return `// Derived from EFF's large wordlist by scripts/words.mjs; do not edit. Source and licence: words.ts.

/** 2,048 words, sorted, with white space between them. */
export const WORD_LIST: string = \`
${lines.join('\n')}
\`
`
}
