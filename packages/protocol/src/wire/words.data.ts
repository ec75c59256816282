// Derived from EFF's large wordlist by scripts/words.mjs; do not edit. Source and licence: words.ts.

/** 2,048 words, sorted, with white space between them. */
export const WORD_LIST: string = `
abacus abide ability ablaze able abreast abridge abroad absence absolve abstain acclaim account
acetone acid acorn acquire acre acrobat action actress acutely aerosol afar affix afford affront
aflame afoot afraid ageless agent aghast agile aging agony agreed ahead alarm album alfalfa
algebra alias alibi aliens alive almanac almost aloft aloha alone alright alto alumni always
amaze amber amenity amiable amigo amiss ammonia amnesty among amount ample amulet amused anagram
anatomy anchor ancient anemia anew angelic angling angrily angular anime ankle annex annuity
another antacid anthem antics antler antonym anvil anybody anyhow anymore anyone anytime anyway
appear applaud approve apricot apron aptly aqua arena argue armband armed armful armhole armory
army aroma arose around array arrest arrive ascend ashamed ashen askew asleep aspect aspire
astound astride astute atrium attach attempt attic audio author avatar avenge avert aviator
await awaken award awkward awning awoke axis babble babied backup badge badness baffle bagful
baggy bagpipe bakery baking balance balcony balmy bamboo banana banish banjo banked banner
barbell barcode barista barley barman barn barrel basil basket batboy bath baton battery blabber
blame blank blazing bleach bleep blemish bless blinks blip blitz blob blooper blouse bluff
bluish blurb boaster bobbed bobcat bobsled bobtail body boggle bolt bonanza bonding boney
bonfire bonnet bonsai bonus book booth borax borough boss botany bottle bouncy bovine boxcar
boxer boxing breath breeze brewing briar brick bright brim bring brisket brittle broaden broiler
broken bronco broom browse bubbly bucket buddy budget buffalo bulgur bulk bulldog bunch bundle
bungee bunkbed bunny bunt busboy bush busily busload buzz cabana cabbie caboose cache cackle
cactus caddy cadet cadmium cage cahoots calcium caliber calm caloric calzone cameo camper canal
cancel candle canine cannot canon canteen capable capital capped capsize caption carat carbon
cardiac caress cargo carload carpool carrot cartel carve carwash cascade cash casing catalog
catchy caterer catfish catlike catnap catsup catty catwalk cause cavalry caviar cedar celery
cement census certify chain chalice chamber change chaos chapter charm cheddar cheek chef
chemist chest chevron chewy chili chip chirpy chive choice choking chomp choosy chosen chowder
chrome chuck chug chummy churn chute cider cinch cinema circle citadel citizen citric city civic
clad claim clamor clang clapper clarify clasp clatter cleat clench clerk clever clicker client
climate clinic clique cloak clobber cloning closure clothes cloud clubbed clump clutch coastal
coat cobalt cobweb cocoa coerce coffee coil coke collar colony comfy comic comma compel comrade
concur condone confirm conical conjure consent contact convene copilot copper copy coral cornea
correct corsage cortex cosmos cotton couch county courier cover coyness cozily crafty crane
craving crazily crease credit creme crept crested crevice crewman crib cricket cried crimp
cringe crispy critter crock croon cross crouton crowd crucial cruelly crumb crunchy cryptic
crystal cube cubical cuddle culprit culture cupcake curator curfew curled curry cursor curtsy
cushy cusp custard cycle cymbal dainty dairy dance dandy dangle dares darkish darling dart
dating dawdler dawn daybed daycare daylong dazzler deacon dealt debate debit debrief debtor
debug decaf decent decibel decline decoy decree deduct deed deepen default defeat define deflate
defog defrost deftly defuse defy delay delete delouse deluge denim denote dense dentist depict
deploy deport depress depth deputy derby derived deserve desktop despite destiny detract deuce
devalue device devotee diagram dial dice dictate dilute dimly dimmed dimple diner dingo dining
dioxide diploma dipped disband discard disdain disjoin disk dislike dismay disown display
disrupt distant ditch ditto divided dizzy docile dock dodge dollop dolphin domain donator donor
donut doodle doorman doozy dosage dose dotted dowry drained drank drapery drastic dreamt drench
drew dribble drift driller drippy driven drizzle droop droplet drove drudge drum dubbed duchess
ducky duct duffel dugout duke duly duplex durable during dutiful duvet dwelled dwindle dynamic
each earache earflap earlobe earmark earring earshot earthy earwig easel easily easter eaten
eats eclair eclipse ecology economy edge edging editor effects effort eggnog either eject
elastic elated elbow eldest eleven elite elixir elude elusive elves email embark emblem embody
emerald emit emote empathy emperor empower empty enable enamel enclose encode encrust ended
endless endnote endorse energy engaged engine engorge engross engulf enhance enjoyer enrage
enrich enroll ensnare ensure entail entire entrap entwine envious envy enzyme epic episode equal
equity erasure errand error erupt esquire essay essence estate etching eternal ethics evacuee
evade evasion even evident evoke evolve exact example excess exclaim excuse exert exhale exile
exodus expand expel expire explain expose extent extinct extrude fabric faceted facial factor
faculty fade fading falcon fall false family fanatic fancy fanfare fanning fantasy fasting
faucet favored feast federal feeble feel feisty feline fence fender ferment ferry fervor festive
fetch fever fiber fiction fiddle fidgety fifth figment figure filing filled film filter finale
finite finlike five flagman flail flakily flanked flaring flask flatten fleshed flick flight
flinch float flop floral floss flyaway flyer flyover foam folk follow fondue font food footage
fossil foster founder fragile frame frayed freebee freight frenzy fresh fretful fridge friend
frill frisk frolic frosty froth frown frozen fruit frying galley galore game gaming gamma gander
gangway garage garden garlic garment garnet garter gauging gauze gawk gear gecko generic gently
gerbil gesture getaway getup giant giblet giddy gift giggle gimmick girdle given gizmo glacial
glade glamour glance gleeful glider glimpse glisten glitch gloomy glory glove glowing glucose
glue gluten goal goggles gondola gone gopher gosling gossip gotten grab graded grafted grain
grandma grape grass gratify gravy grazing green grid grimace gristle groggy groove grout growl
gruffly grumble grunge guide gulf gully gumball gumdrop gummy gurgle guru gusto guzzler habitat
hacksaw halogen halves hammock hamster handbag hangout hanky happy harbor hardy harmony harness
harpist harvest haste hatbox hatchet hatless haven hazily hazy headset heap heavily hefty helium
helmet helpful henna herald herbs hermit heroism herself hexagon huff hula human humble humid
hummus hungry hunter hurdle hurling hurray husband hybrid hydrant icing icon ideally idiom igloo
ignore iguana image imitate immerse impart impish implant impose imprint impure iodine irate
isotope issue italics item ivory jackal janitor jargon jasmine jaunt jawed jawline jaws jaybird
jazz jelly jiffy jigsaw jingle jinx jittery jockey jogger joining jovial joyous joyride judge
judo juggle juice jujitsu jukebox jumbo jump junior jurist juror jury justice kabob karaoke
kebab keenly keep kennel kettle kick kiln kimono kindle kinetic kinfolk kinsman kitchen kitty
koala kooky krypton kudos labored ladder ladies ladybug lagging lagoon lair lake landed lantern
lapdog laptop lasso last latch lather launch laurel lavish left legal legend legible legroom
legume legwork lemon lend length lesser letdown lettuce level liable liberty library life
liftoff likely liking lilac lily limb limeade limit linked linseed lint liquid litmus little
lizard lucid luckily lugged lullaby lumber lumping lunar lung lurch lurk lushly luster luxury
lying lyrics macaw machine magenta maggot magical magma magnify majesty maker mammal manatee
manger manhunt mankind manmade manned manor mantra manual many marbled margin maroon marrow
mascot mashed massive mastiff matador matcher matrix matted maximum maybe mayday mobile mobster
mocha mockup modify module moisten molar mold mollusk monitor monsoon monthly mooing moonlit
morale morse mortify mosaic mossy most motion motor mounted mouth move mower much mule mullets
mundane muppet mural murky museum mushily music musty mutable mutiny mutual muzzle myself
mystify myth nacho nail napkin napping native nature nearby neatly nebula nectar neon nephew
nervy neuron neuter next nibble niece nifty ninja ninth nuclei nugget nullify numbly numeral
nursery nurture nutmeg nylon oasis object obliged oblong oboe obscure obvious occupy ocean
ocelot octane octopus okay omega omen ominous onboard ongoing onion online onset onshore onstage
onward onyx opacity operate oppose orbit osmosis other ounce outage outbid outcome outfit
outgrow outing outlet output outrank outsell outward overact oxidant oxygen ozone pacify paddle
padlock pager pajamas palace paltry panama pancake panda pang papaya paprika parade parcel
pardon parka parlor parole parsley party passage pasta patio patriot paving payable payback
payee payment pebble pecan pectin pelican pellet pelt penalty pencil pendant penny penpal
pension perch perfume perky perm peso petal petty petunia phantom phoney photo phrase placate
plant plasma plating playful plaza pledge plenty plod pluck plunder plural plus plywood pogo
pointy poise poking polio polka polygon poncho popcorn poplar poppy pork porous portal posh
possum postbox pound pouring pout powdery powwow prance praying precise predict prefix prelude
premium prepay press pretext prevail primal print prior prism privacy prize probe process
prodigy profile progeny pronto proofs propose proven proxy prune public pueblo pull pulse puma
pumice pummel punk pupil purely purify purple purr pursuit pushup putdown pyramid quack quaking
qualify quantum quartet quench quicken quill quintet quirk quit quiver racing rack racoon radar
radial raft ragged ragweed railcar raisin rally ramble ramp ramrod ranch random ranking rarity
rasping ravine reactor reapply reason reawake rebel rebirth reboot rebuff recall recede recite
recluse recoil rectify reenact referee refill reflex refold refract refund regain reggae regress
regular rehab reheat rehire reissue rejoin relax relearn relic reload rely remake remedy remix
remnant remorse renewal rented reoccur reopen reorder repair repeal replace repost reprint
reptile request reroute rerun resale rescuer reset reshape resize resort respect result rethink
retinal retool retry return retype reunion reverb revise reward rewind rework rewrap ribbon
ribcage riches ricotta riding rifling rigging rigid rink rinsing riot ripcord ripple riptide
rise risotto ritzy rival riveter roamer roast robbing robin robust rocket rope roping rosy
rotting rotunda roundup routine royal rubble rubdown ruby ruckus rudder rummage rumor runner
runway rupture rust sacred sadden sadly safari safely saga salad saline saloon salute salvage
sandal sank sapling sarcasm sardine sassy satchel satin sauna savanna saved savings savor
scabbed scale scant scarf scenic scheme scholar science scone scoop scorch scouts scrap screen
scribe scroll scruffy scuba scuttle second secret sector secular sedan segment seismic seldom
self seltzer seminar senior sepia sequel series serve sesame setback setting seventh shack
shadow shakily shallot shampoo shanty shape sharper shawl sheath shed sheep shell shield shifty
shimmy shine shirt shopper shore shout shown shrank shrill shrug shudder shuffle shun shush
sibling siesta sighing silent silica silk silver simply sincere singer sinless sinuous sister
sitcom sixth sizable size sizing sizzle skater skeptic sketch skewed skid skier skillet skimmed
skipper skittle skyline skyward slab slacks slashed slate sleek slinky slogan sloped slot
slouchy sludge slurp small smile smirk smitten smock smog smoked smooth smudgy snap snare snazzy
sneak sneeze snide sniff snippet snooze snort snowy snub snuggle specks speech spent spider
spied spiffy spill spiny spiral splashy splice splurge spoils spoken sponge spoof sporty spouse
sprain spree sprig sprout spruce spry spud squad squeak squint stadium staff stage stamp stand
staple stark stash static staunch steed stellar stencil step stereo stick stifle stilt stimuli
stipend stir stitch stoke stony stood storm straw streak strict strobe strut stubble stucco
study stuffy stung stylist subject sublet subplot subside subtext suburb subway suffix sugar
suitor sulfur support supreme surface surgery surname surreal survey suspect swarm sway swept
swirl swivel swoosh sworn symptom synapse synergy syrup system tabby tablet taco tactful tadpole
talcum tamale tango tannery tapioca target tarmac tarnish tarot tartar task tassel tasty tattle
tavern thaw thee thermal thesis thicken thimble think thirty thorn thread thrift throng thud
thumb thyself tiara tidal tidbit tidy tiger tighten tile timid tinfoil tingly tinker tinsel
tipoff tipper tiptop tiring trace traffic trapeze travel tray treat treble tremor trend triage
tribune tricky trident trilogy trinity tripod triumph trivial trodden trophy trough trowel truck
truffle trunks trustee tubular tuition tulip turbine turf turkey turret turtle tutor tutu tweak
tweet twelve twenty twice twiddle twig twins twisty tycoon tyke ultra unbent unclip uncork
undone unease uneven unfair unfold unglue unhook unison unkind unless unmade unpack unplug
unread unripe unruly unsafe unsnap untie untrue unused unwell unworn upbeat update upfront
upgrade upheld uphill upload upon upper upright uproar upscale upside upstart uptake uptown
upward upwind urban urchin urgent usher usual utensil utility utmost utopia utter vacant valid
value vanity vantage variety vastly veal vegan veggie velvet vendor venture venue verbose
verdict verify verse very vessel veteran veto vibes victory video viewer village violet viral
virtual visa vision visor voice void volley voltage vowel voyage wafer wages waggle walk walnut
walrus waltz wand wanted wasabi washday whinny whole widen widget width wildcat willow wilt
winner wipe wired wiry wisdom wish wispy wistful wobble wolf word worry woven wrangle wriggle
wrinkle wrist wrought yard yearly yelp yield yippee yodel yoga yogurt yonder zebra zero zesty
zippy zodiac zoning zoology zoom
`
