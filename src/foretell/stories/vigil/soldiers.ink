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
    Before it's light there's a new sound, flat and regular, from over past the reservoir. It takes her a while to recognize it, because it's only guns. {seen ? the_knock:She looks at the door. She has been waiting for this since Rome. Three raps, and a nice young man.|Somebody's winning, and for once it might be the ones with mothers.}
- 2:
    By first light they're in the next building over. She can follow it through the wall: a door, boots, a wait. "Clear." A door, boots. {seen ? the_knock:She knows how this goes. She's seen the wrong side of it.|They're doing it floor by floor, and they're being thorough. Somebody told them to check the corners.}
- else:
    And then, before she's even lain down, it's this building, and this floor.
}
->->

=== the_carrying
· · · # break
She wraps him in the good sheets, and then in a shower curtain, and then in the bedspread, and ties it at both ends with a bathrobe belt. It looks exactly like what it looks like.

{ weak > 1:
    She gets to the sixth floor and puts him down. She gets to the fifth. On the landing with the stroller she sits with him across her knees, seeing spots, and looks at the stroller. So that's how it's done. He rides to the basement in it, bump by bump, with his feet sticking out.
- else:
    Seven flights, with her shoulder in the fold of him and one hand on the rail. On every landing she tells him which it is, like an elevator.
}
Under the basement there's another basement, and under that a grate, and under the grate a round brick dark that goes both ways.
~ seen -= the_knock
~ army = 4
~ soldiers_know += someone_cleared_the_way
-> the_sewers

=== the_sewers
· · · # break
There's a ledge. She gets him up on it, out of the wet, and gets in next to him. After a while, overhead, forty people start walking around on her life.

They go up and down all night. She hears a door she knows, and then it's quiet. Somebody's looking at a mattress, a bowl, clean boards. They'll be wondering who that was. They'll have been wondering since the river, block after block, where there should have been something waiting for them and there was only what was left of it.

You're welcome. Tell your moms. # thought

{hunger > 1:He's got his face in her neck. It's only hunger, and she knows that. She turns her collar up.|He sleeps with his head back on the bricks like a man on a train.}

+ [Go along the pipe on hands and knees, and see what lives there.]
    She's gone three hours. It's rats, but they've been dining out, they're sleek as seals, and she has three by the tails when she comes back along the ledge, humming, so he'll know it's her. Which is stupid. He doesn't know it's her.
    ~ drinks(2)
    ~ tire(1)
+ [Stay put. Hold him, so he doesn't slide.]
    The ledge is eighteen inches wide, and there's one way for two people to lie on it. She lies that way all night, with the bricks in her spine and her mouth against the back of his head, where the hair's coming in like a kid's.
    ~ mends(1)
    -> nearer ->

- Daylight, in squares. Boots go over the grate, one pair, and stop. A voice says, "Swear to God, Sarge, somebody swept." A cigarette falls through, and lands, and hisses.
They'll have to move on. It's a matter of when.

+ [Stay down another night. # careful]
    She stays down. She's stayed in worse places, with worse company. {weak > 1:She sleeps in bits with her hand wound in his sheet, and wakes each time in time to push his face back out of the water.|She tells him the whole plot of a movie with a dog in it.} By the second evening there's nothing overhead but pipes. She puts her eye to the grate. It's a street; it has a sky on it. {mend > 1:The damp has undone some of it, though. He's the color of the bricks.|He's no better for the wet.}
    ~ mends(-1)
    ~ restore(1)
+ [Take him up as soon as it is dark.]
    { RANDOM(1, 4) == 1:
        -> taken
    }
    There's a chair in the lobby, and a paperback open on its face, and nobody. He's gone around the corner for a minute. She takes all seven floors in it, as if the building were on fire.
    ~ tire(1)

- They hardly touched anything. Somebody has left a chocolate bar in the middle of the mattress, the kind that comes with rations, like in a hotel.
She hangs the bedspread back up and lays him where he was.
-> nightfall

=== the_knock_at_the_door
· · · # break
Three raps.

"Anybody home?"

{ seen ? the_knock:
    There it is. It's even the same voice. She got shown the boots, and the stairs, and the weight in her arms, all that way ahead, and she let it come anyway.
- else:
    He sounds about nineteen. He sounds like he's selling candy for the band. Behind him the stairwell is full of boots.
}
~ seen -= the_knock
It's broad daylight. There are two ways out of this room that aren't that door. One is the window, and the other's the roof, and the sun is at both.

+ [Up. The roof, under every blanket there is. # reckless]
    ~ tire(1)
    She has him over her shoulder in everything they own, out the kitchen window, up the ladder, before the lock goes. It's twenty yards of white light to the next stairhead. She doesn't know she's praying. <>
    { RANDOM(1, 3) == 1:
        -> ash
    }
    She has a corner of the blanket in her teeth and she keeps it there. Something's smoking. It's his hand, it's only the hand. Then there's the stairhead, and the dark, and she kicks the door shut and sits against it with her whole body shaking, beating out his fingers with hers.
    They spend the day in a closet with a water heater. By night the soldiers have gone on to the next street. They've propped her door open, politely, with a wedge.
    ~ mends(-1)
+ [Stand between him and the door. Don't breathe. # careful]
    { loud:
        "It's okay, ma'am," says the boy. "People told us. They've heard you, nights. They say there's a girl on the top floor who goes out by herself." And he puts his shoulder to it, kindly.
        -> taken
    }
    { RANDOM(1, 6) == 1:
        "I've got a smell," somebody says. The knob turns.
        -> taken
    }
    She lets the air go stale in her mouth. There's a hand, flat, on the other side of the wood. She can hear his watch. "Smells like the last one," says the boy, finally. "Whoever it was, they're done." And the boots go down.
    It's the only time she's ever been glad about the smell.
    ~ tire(1)
    ~ hush()
+ [Open it, and walk out to them with her hands up.]
    -> given_up
- ~ army = 4
~ soldiers_know += someone_cleared_the_way
-> nightfall
