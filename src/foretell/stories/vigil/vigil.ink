# title: The Vigil
# author: the foretell project
# notes: Set in the weeks after the last episode of Angel. You need not have seen it: two people loved each other once, one of them is what she was made to kill, and nobody in this story will explain it further. You are her hands. No number is ever shown you, and every one of them is kept. You may be told now what the story can prove of itself: nothing here ends happily.
# disclaimer: Buffy the Vampire Slayer, Angel and everyone in them belong to their makers and owners. This is a transformative work by admirers, made for love and not for money. Only the prose is ours.
# pairings: Buffy and Angel. Implied: Spike and Buffy, Buffy and Riley, Angel and Nina
# warnings: blood, wounds, hunger, the death of animals and of people, some of them found too late

Rome, four in the morning.

/*
    THE VIGIL

    How to read the source. One file is one movement, in the order it is read:

        body.ink             the ledger: what a night takes, what a day gives back
        dream.ink            Rome, four in the morning
        journey.ink          London, a parking lot, the road in
        search.ink           a week in the haze, and the sidewalk
        room.ink             seven floors above the alley
        wounds.ink           gravel, glass, and the brand
        doors.ink            the other apartments, and what is in the pantries
        vein.ink             her wrist, the day it costs, the second threshold
        hunt.ink             tunnels: she goes out, something happens, she comes back
        nights.ink           the wheel: nightfall, night, dawn, day
        whispers.ink         what he says when he does not know he is saying it
        soldiers.ink         the floor-by-floor advance, the knock, the sewers
        call.ink             Willow, Nina, the last night
        rome.ink             how it ends, each with its own Rome or its own silence
        kept_in_contact.ink  the other past; as the story is told nobody reads it

    THE RULES OF THE WORLD

    Time always moves. Every loop in this story passes through `nightfall`, which counts, and
    after six nights there is no seventh. So it ends, whatever the reader does.

    Nothing is free. A day worked is a day not slept. A night beside him is a night he is not
    fed. Noise is remembered for as long as it takes a street to forget.

    WHAT IS ALIVE WHEN

    A variable nobody will read again is not worth remembering, so each movement sets what it
    is finished with back to nothing. In order:

        dream to sidewalk    late 0..7, weak 0..3, seen (two or three of five), hold with salve 1..2
        the vigil            night 1..6, weak 0..3, hunger 0..3, mend 0..3, near 0..4,
                             loud or not, hold or not, salve 0..1
          first week only    debris 0..2, doors 0..3, vein_spent; of what was seen, the mouth
          until the soldiers army 0..3; of what was seen, the knock
        after the call       weak, hunger, mend, near, salve, and who knows what

    Inside one night: blood 0..2 (what is in the pillowcase) between the hunt and the feeding.
*/

INCLUDE body.ink
INCLUDE dream.ink
INCLUDE journey.ink
INCLUDE search.ink
INCLUDE room.ink
INCLUDE wounds.ink
INCLUDE doors.ink
INCLUDE vein.ink
INCLUDE hunt.ink
INCLUDE nights.ink
INCLUDE whispers.ink
INCLUDE soldiers.ink
INCLUDE call.ink
INCLUDE rome.ink
INCLUDE kept_in_contact.ink

// The question she asks on the plane. As the story is told the answer is no.
VAR kept_in_contact = false

// What a dream leaves in the hand when you wake.
LIST Dream = the_street, the_window, the_fire, the_mouth, the_knock
VAR seen = ()

// Days lost between the dream and the door. Seven is too many.
VAR late = 0

// The wheel.
VAR night = 0
VAR daylight = false

// Her: 0 well enough, 1 worn, 2 shaking, 3 at the brink; at 4 she is dead.
VAR weak = 0
// Him: 0 fed, 1 hungry, 2 failing, 3 at the last of it; at 4 he is dust.
VAR hunger = 0
// How far he has come back, 0..3; two is far enough to be moved by a stranger.
VAR mend = 0
// How near he is to knowing who is there, 0..4.
VAR near = 0
// Whether the street has heard her lately.
VAR loud = false
// Doses of the coven's poultice.
VAR salve = 0
// Green X's. After the first week she opens no more of them, and the count passes from `doors`,
// which conditions ask, to `green`, which is only ever said aloud and so keeps nothing apart.
LIST Doors = none, one, two, three
VAR doors = none
VAR green = none
// What his flesh has closed over.
VAR debris = 2
// Whether Willow can hold the others for as long as it takes, or only nearly.
VAR hold = false
// The army: 0 elsewhere, 1 in the neighborhood, 2 on the floors below, 3 at the door, 4 gone by.
VAR army = 0

// What is in the pillowcase.
VAR blood = 0
// The wrist was opened since the sun last set.
VAR bled = false
// It has been opened once this first week, and she knows what it cost.
VAR vein_spent = false
// He has had blood from her hands at all, ever.
VAR fed = false

// A pantry was opened that had no cranberry in it, or no creamed corn. It has not happened yet.
VAR bare_pantry = false

VAR nina_called = false
VAR nina_here = false
VAR nights_waited = 0

// Who knows what. One list of things that can be known, and a handful of people.
LIST Facts = she_came, she_lives, where_they_are, someone_cleared_the_way, what_she_is, who_called, it_is_finished
VAR angel_knows = ()
VAR friends_know = ()
VAR soldiers_know = ()
VAR nina_knows = ()
VAR lover_believes = ()

// How it stands when it stops. Written once, by whichever ending comes.
VAR buffy_lives = true
VAR angel_lives = true
VAR together = false

// A host that can foresee may answer this from the real odds, in words. Nobody else need.
EXTERNAL how_many(outcome)

{ kept_in_contact:
    -> the_telephone
}
-> the_dream

// She counts the women coming back down the stairs.
=== function how_many(outcome)
~ return "hardly any"

// Happy is not a label an ending can give itself. It is read off what is the case.
=== function ends_happily()
~ return buffy_lives && angel_lives && together && angel_knows ? she_came

// It is finished when one of them is dead, or when there is nothing left he does not know.
=== function truly_finished()
~ return not buffy_lives || not angel_lives || angel_knows ? she_came
