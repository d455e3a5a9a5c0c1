/*
    THE SOLDIERS

    From the end of the first week the army comes nearer by chance: two dawns in three it gains a
    step, and from the fourth night it always does. At 3 there is a knock. She may carry him down before
    that, once she can hear them below; or a step sooner, if the dream has shown her the door.
    The sewers take a night and the day after it. Then it is 4, and over.

    Nobody in uniform is ever told what she is. They may learn that somebody went before them.
*/

=== the_advance
{ night > 3:
    ~ army = army + 1
- else:
    { RANDOM(1, 3) <= 2:
        ~ army = army + 1
    - else:
        ->->
    }
}
{ army:
- 1:
    Before it's light the guns start up again, closer, over past the reservoir. {seen ? the_knock:She looks at the door. She has been waiting for this since Rome. Three raps, and a nice young man.|By the sound of it somebody's winning, and for once it may be the ones with mothers.}
- 2:
    They're in the building by first light. Not this one; the next. She can follow it through the wall: a door, boots, a wait. "Clear." A door, boots. {seen ? the_knock:She knows how this goes. She's seen the wrong side of it.|They are doing it floor by floor, and they're being thorough. Somebody has told them to look in the corners.}
- else:
    And then, at an hour when nobody could be expected to move a hand, it is this building, and this floor.
}
->->

=== the_carrying
· · · # break
He was always a big man. She's had him on her back before this, but never with so little of him to get hold of. She wraps him in the good sheets, and then in the shower curtain, and then over that in the bedspread, and ties it at both ends with a bathrobe belt. It looks exactly like what it looks like.

{ weak > 1:
    She gets to the sixth floor, and puts him down. She gets to the fifth. On the landing with the stroller she sits with him across her knees, seeing stars, and looks at the stroller. In the end that's how it's done: he rides down to the cellar in it, bump by bump, with his feet sticking out.
- else:
    Seven flights, with her shoulder in the fold of him and one hand on the rail. On each landing she tells him which it is, like an elevator. He's the only person that she's ever known who could be carried with dignity.
}
Below the basement there's another basement, and under that a grate, and under the grate a round brick dark that goes in both directions.
~ seen -= the_knock
~ army = 4
~ soldiers_know += someone_cleared_the_way
-> the_sewers

=== the_sewers
· · · # break
There's a ledge. She gets him up on it, out of the wet, and gets in beside him. Overhead, in a while, begins the sound of forty people walking about on her life.

All that night they go up and down. She hears a door she knows, and after that a quiet. Somebody's seen a mattress, a bowl, clean boards. They'll be looking at the green X's and wondering who had the paint. They'll be wondering who it is they've been walking in behind since the river, block after block, where there ought to have been something waiting, and there wasn't, only what was left of it.

She could tell them. She thinks of it as the kind of thing you'd say at a wedding. # thought

{hunger > 1:He's got his face in her neck. There's nothing in it but hunger, and she knows that. She turns her collar up.|He sleeps with his head back on the bricks like a man on a train.}

+ [Go along the pipe on hands and knees, and see what lives there.]
    She is gone three hours. It's rats, but they're rats that have been dining out, sleek as seals, and she's got three by the tail when she comes back along the ledge, singing under her breath so that he'll know it is her. It's a stupid thing to do. He doesn't know that it is her.
    ~ drinks(2)
    ~ tire(1)
+ [Stay put. Hold him, so he doesn't slide.]
    The ledge is eighteen inches wide. There's one way for two people to lie on it. She lies that way, the whole night, with the bricks in her spine and her mouth against the back of his head, where the hair's coming in like a boy's.
    ~ mends(1)
    -> nearer ->

- When it's day, the grate has a grid of light in it; boots go over, one pair, and stop. A voice says, "Swear to God, Sarge, it was made up like a hotel." A cigarette falls through, and lands, and hisses.
The ones above have their orders, and they'll be moving on. It's a matter of when.

+ [Stay down another night. # careful]
    She stays down. She's stayed in worse, and with worse. {weak > 1:She sleeps in bits with her hand wound in his sheet, and wakes each time in time to push his face back out of the water.|She tells him the whole plot of a movie with a dog in it.} By the second evening there's nothing overhead but pipes. She puts her eye to the grate. It's a street; it has a sky on it. {mend > 1:The damp's undone some of it, though. He has gone the color of the bricks.|He's no better for the wet.}
    ~ mends(-1)
    ~ restore(1)
+ [Take him up as soon as it is dark.]
    { RANDOM(1, 4) == 1:
        -> taken
    }
    The lobby's empty. There's a chair there, tipped back, and a paperback open on its face on the floor; its owner has gone around the corner for a minute. It's a minute. She takes the stairs with him as if the building was on fire.
    ~ tire(1)

- They've hardly touched a thing, up there. They took the bedspread off the window and folded it. Someone has left a chocolate bar on the card table, the kind that comes in rations, dead center, like a tip.
She hangs the bedspread up, and lays him where he was.
-> nightfall

=== the_knock_at_the_door
· · · # break
Three raps.

"Anybody home?"

{ seen ? the_knock:
    There it is. It's even the same voice. He sounds like somebody's paperboy. All that way ahead she'd been shown it, the boots and the stairs and the weight in her arms, and she let it come.
- else:
    He sounds about nineteen. He sounds like somebody's paperboy. Behind him the stairwell is full of boots, trying not to be.
}
~ seen -= the_knock
She's on her feet with a candlestick in her hand. It is broad day. There are two ways out of this room that aren't that door, and the sun's at the one and the other is up.

+ [Up. The roof, under every blanket there is. # reckless]
    ~ tire(1)
    She has him over her shoulder in everything they own, and she's through the kitchen window and up the last of the ladder before the lock goes. It's twenty yards of white light to the next stairhead. She doesn't know that she's praying. <>
    { RANDOM(1, 2) == 1:
        -> ash
    }
    She has a corner of the quilt in her teeth, and she keeps it there. Something smokes. It's his hand, it's only the hand. Then there's the stairhead, and the dark, and she kicks the door shut behind her and sits against it with her whole body shaking, beating out his fingers with her own.
    They hide in a water heater closet until night. By then the soldiers have gone on to the next street. They have left her door open, quite politely, on a wedge.
    ~ mends(-1)
+ [Stand between him and the door. Don't breathe. # careful]
    { loud:
        "It's okay, ma'am," says the boy. "People told us. They've heard you, nights. They say there's a girl on the top floor who goes out by herself." And he puts his shoulder to it, kindly.
        -> taken
    }
    { RANDOM(1, 3) == 1:
        "I've got a smell," somebody says. The knob turns.
        -> taken
    }
    She stands there with the candlestick and lets the air go stale in her mouth. There's a hand, flat, on the other side of the wood. She can hear his watch. "X's on all the rest of them," says the boy, at last. "Somebody's already done this floor." And the boots go down.
    She looks at the door. She's never put a mark on it, this side or the other. It just hasn't got the nerve to be different.
    ~ tire(1)
    ~ hush()
+ [Open it, and walk out to them with her hands up.]
    -> given_up
- ~ army = 4
~ soldiers_know += someone_cleared_the_way
-> nightfall
