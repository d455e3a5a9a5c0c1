/*
    THE WHEEL

        nightfall   counts; he is hungrier; the friends come if nobody has held them off
        tonight     she goes out, or stays, or opens her wrist, or carries him down, or calls
        feeding     whatever is in the pillowcase, close or at arm's length
        dawn        he may wake; the army may come a street nearer, or to the door
        day         one thing, and then it is nightfall

    Feeding him close mends him if it fills him, and brings him nearer. At arm's length it only
    keeps him. There is a time for each, and nobody says when the one becomes the other.
*/

=== nightfall
~ daylight = false
~ bled = false
~ night = night + 1
~ hunger = hunger + 1
{ hunger > 3:
    -> starved
}
{ night > 6:
    { hold:
        -> no_more_nights
    }
    -> the_friends
}
· · · # break

{ night:
- 1: At dusk there's a kind of roll call. Something up in the hills starts it, something answers from the harbor, and then they all go off, block by block, like car alarms. She listens until she can tell them apart. It gives her something to do with her hands.
- 2: Screams tonight, over by the hospital, and a long low roar like surf. There are people out there. She knows what she's for. She could be down those stairs in eleven seconds. She sits on her hands and counts to eleven, and then she counts to eleven again.
- 3: A second week. She knows since she has been scratching it on the doorframe, in among the pencil marks where somebody used to measure a kid. The kid is up to her hip. It rains for about a minute, gray, and all over the dark city you can hear people putting out pots.
- 4: {army > 0:The guns don't stop for dark anymore. The roll call answers them, hill by hill, and it gets through it quicker every night.|You can get used to it. That's the part she'll never tell anyone. It gets dark, the roll call goes around, and you get up off the floor and put your boots on like anybody on the night shift.}
- 5: A third week. {army > 3:There's a streetlight on, on Vermont. One. People come out and stand underneath it, just to look at their hands.|The roaring has moved off south. What's left is sneakier, and it has learned the word "help."}
- else: {army > 3:Music, tonight. A radio, on some soldier's windowsill. It's a love song, and it's terrible, and she listens all the way to the end.|Tonight there is nothing. No roll call. The whole city's holding its breath, the way you do when you hear somebody on your stairs.}
}

{ night == 3:
    -> grown_over ->
    -> the_shapes ->
}
{ night mod 2 == 1 || hunger > 1:
    {look_at_him()}
- else:
    {look_at_her()}
}
{ stirring() > 0:
    { stirring() > 1:
        He's close now. He's right there behind his own eyelids. Somebody drops a pan two streets over, and his whole hand says "what?"
    - else:
        There's a crease between his eyebrows that wasn't there yesterday. It isn't pain. She knows it from a long time ago. He's trying to remember something.
    }
}

-> tonight

=== function somebody_calls()
// Every other night, until the army has the streets, somebody is down there.
~ return night mod 2 == 0 && army < 4

=== tonight
{ somebody_calls():
    { week():
    - 1: And under the window somebody's calling. It isn't a scream, they did that already. It's a woman's voice, worn down and reasonable, saying "please" every so often, like somebody at a counter.
    - 2: Somebody's running in the street, in shoes too big for him. Something's behind him that isn't running, because it doesn't need to. He must be about nine.
    - else: "Help," says the street. "Help. Help." It could be one of the ones that have learned to say it. It goes up at the end, though. They never get that part right.
    }
}
<- the_street_outside
+ [Go under the building, for rats. # feed]
    -> under_the_building ->
    -> feeding
+ { week() < 3 } [Go to the butcher's. # feed]
    -> the_butchers ->
    -> feeding
+ { week() > 1 } [Go up the river to the horses. # feed]
    -> the_riding_school ->
    -> feeding
+ { army > 3 } [Go to the white truck with the cross on it. # feed]
    -> the_blood_truck ->
    -> feeding
+ { week() < 2 && not vein_spent } [Open her wrist.]
    -> the_vein
+ { week() > 1 && hunger > 1 } [Open her wrist. # reckless]
    -> vein_again
+ { army < 3 && (army > 1 || (army > 0 && seen ? the_knock)) } [Carry him down, tonight, before they come. # hide]
    -> the_carrying
+ { army > 3 && mend > 1 } [Find a telephone. # call]
    -> the_call
+ { army > 3 && mend < 2 } [Find a telephone, though he isn't fit to be moved. # reckless]
    -> the_call
+ [Stay in, and listen to him.]
    ~ hush()
    -> sit_up ->
    -> dawn

=== the_street_outside
// The street is a thread: whatever is out there tonight, it can be answered from wherever she is.
+ { somebody_calls() } [Go down to whoever it is. # reckless]
    -> answer ->
    -> feeding

=== answer
~ stir()
{ week():
- 1: It's a woman with her leg under a gate, and a ring of them squatting around her very politely, taking turns. Buffy goes through them. It's quick. She carries the woman nine blocks, to a church with a lit window. "What floor are you on?" the woman says. "We'll bring you something." "Don't," says Buffy.
- 2: She takes the one that isn't running, from above, with a parking sign. The boy stands against a wall with his hands up, as if this were a robbery. She walks him to the river, where there are people. He counts the streets under his breath, the whole way, so he can find her again.
- else: It goes up at the end because it's a girl, eighteen or so, hanging on to a railing, and there's something on the other end of her. Afterward she won't let go of the railing, and then she won't let go of Buffy. "You came down," she keeps saying. "Nobody comes down."
}
{ RANDOM(1, 2) == 1:
    ~ wound(1)
    { dying():
        -> mobbed
    }
    Something got its teeth into her in there somewhere. She finds it when she sits down.
- else:
    There isn't a mark on her. It's the first time in days she's felt like herself. She carries that up the stairs to him, with nothing in her hands.
}
->->

=== sit_up
· · · # break
{ night mod 3:
- 0: She sits against the wall with her knees up, and the candle does all the moving.
- 1: She turns the chair to face him, as if visiting hours had begun.
- else: She lies down along the edge of the mattress, not touching, the way you'd lie down next to a stove.
}
-> nearer ->
->->

=== feeding
{ blood == 0:
    There's nothing to give him. She shows him her empty hands, for form's sake. {hunger > 1:His mouth keeps opening.|He swallows anyway.}
    -> dawn
}
· · · # break
{ blood > 1:
    There's enough, for once. She fills the mixing bowl and it smokes a little in the cold of the room.
- else:
    It comes to about a cup.
}
+ [Take his head in her lap, and hold him up to it.]
    ~ drinks(blood)
    ~ blood = 0
    { mend < 1:
        ~ mends(1)
        There's nobody there yet to mind. She gets two fingers in at the hinge of his jaw, like with a dog and a pill, and strokes his throat until it swallows. After a while it does that by itself.
        -> dawn
    }
    { hunger < 1:
        ~ mends(1)
    }
    { weak > 1:
        His head weighs as much as a bowling ball, and the arm it's on has gone to sleep. She doesn't move. He drinks with his eyes shut and the cords working in his neck.
    - else:
        He drinks with his eyes shut, his cheek against her stomach. She can feel each swallow. When it's gone he doesn't turn away. He stays there with his face in her shirt, breathing, which he doesn't have to do.
    }
    -> nearer ->
    -> dawn
+ [Give it to him from arm's length, off a spoon.]
    ~ drinks(blood)
    ~ blood = 0
    ~ restore(1)
    {week():
    - 1: She uses Mrs. Abelard's good spoon, at arm's length, like feeding time at the zoo. Half of it goes down his neck. It keeps him. That's all you could say for it.
    - 2: She does it kneeling, with her back straight, like a nurse who gets off at six. He's no better for it and no worse. She's asleep before the bowl is dry.
    - else: Spoon; wait; spoon. She doesn't touch him. She has gotten superstitious about touching him. As soon as he's had enough to last she takes it away. His face follows it a little, and goes under again. She sleeps.
    }
    -> dawn

=== dawn
{ night > 3:
    { stirring():
    - 1:
        { RANDOM(1, 6) <= 1:
            -> he_wakes
        }
    - 2:
        { RANDOM(1, 6) <= 2:
            -> he_wakes
        }
    }
}
{ night > 1 && army < 3:
    -> the_advance ->
}
{ army == 3:
    -> the_knock_at_the_door
}
-> day

=== day
~ daylight = true
· · · # break
{ weak > 2:
    Light. She means to get up. She sends word down to her arms about it. The next thing is dusk, and she's still on the floor.
    ~ restore(1)
    -> nightfall
}
{ night:
- 1: Daylight gets in through the weave of the bedspread and lies about the room in crumbs.
- 2: A brown day without a bird in it. The water from the roof tank tastes like pennies.
- 3: She's slept in worse. She has slept in a grave. It's just that the grave had padding.
- 4: {mend > 1:The light finds new lines in his face. She'd gotten used to the old new ones.|Flies, at last, three of them, going round in the middle of the room. She takes it as a compliment.}
- 5: Sun, real sun. She has to pin the bedspread down at the corners with Mrs. Abelard's irons.
- else: Helicopters. The water in the bowl shivers, in rings.
}
+ [Sleep. # careful]
    { night mod 3:
    - 0: She sleeps with one hand flat on the floor, to feel the stairs.
    - 1: She dreams about groceries. It's wonderful. There are aisles.
    - else: She sleeps like a rock down a well, and doesn't hear it hit.
    }
    ~ restore(1)
    -> nightfall
+ { debris > 0 } [Get the knife and the bowl. # careful]
    -> the_feet ->
    -> nightfall
+ { doors < three && week() < 2 } [See what is behind {doors > none:another|a} door.]
    -> a_door ->
    -> nightfall
+ { week() > 1 && army < 3 } [Take the cleaver down to where they sleep. # reckless]
    -> clear_the_way ->
    -> nightfall
+ { army > 3 } [Go and stand in the soup line.]
    -> the_soup_line ->
    -> nightfall
+ { near < 4 } [Sit up with him.]
    -> sit_up ->
    -> nightfall
+ { near > 3 } [Hold him.]
    -> hold_him ->
    -> nightfall

=== clear_the_way
// It brings the soldiers on: there is less to stop them.
~ tire(1)
~ hush()
{ army < 2:
    ~ army = army + 1
}
· · · # break
{ night mod 2:
- 0: By day they lie up in the parking structure on Sixth, three levels down, in heaps, like seals. She starts at the bottom. It's sort of like gardening. When the first patrol goes by the top of the ramp, toward evening, nothing comes out at them, and a boy says, "Huh." She stands behind a pillar with her hands dripping and thinks, you're welcome.
- else: There's a nest in the subway that would have had the whole column, on Thursday. She does it alone, in four hours, in the dark, with her sleeve between her teeth. Nobody's ever going to know there was anything there.
}
->->

=== the_soup_line
~ restore(2)
~ stir()
· · · # break
{ night mod 2:
- 0: It's chicken, out of a drum, with a cracker. A woman in a vest asks where she's been staying. "Around," says Buffy. She eats so fast she cries. She takes the long way home, and something with a patient kind of a walk takes it after her.
- else: There are folding tables. The man across from her doesn't have anybody left, and he tells her about them. When she gets up he gives her his cracker. People watch which way she goes. They can't help it. Everybody looks, now, to see who's still got somewhere to go.
}
->->

=== hold_him
// There is nothing left for nearness to gain by it. What it does is mend.
~ mends(1)
~ tire(1)
{ night mod 2:
- 0: She gets in behind him and puts her arm over, like a chair against a door. He fits. It's one of the most irritating things about him. All day he sleeps, and she doesn't.
- else: She holds him. They never got much of this. There was always something, an apocalypse or a clause. He's cool as the other side of the pillow. In the afternoon his hand finds her wrist, and closes around it with no strength in it at all.
}
->->

=== grown_over
~ seen -= the_mouth
{ debris > 0:
    ~ mends(-1)
    { debris > 1:
        She never got to the gravel. It's in there for good now, with the skin closed over it, smooth. His feet are hot, and drawn up like a foal's. It's costing him something just to lie there. It's going to cost him every step he takes for as long as he lasts, and he was going to last forever.
    - else:
        The feet are clean. But what's in his back is in there to stay. It's grown over in the night, and when she runs her palm down it, things move underneath, like keys in a coat.
    }
    ~ debris = 0
}
~ vein_spent = false
~ green = doors
~ doors = none
{ salve > 1:
    ~ salve = 1
}
->->

=== the_shapes
There's no sound. That's what makes her go look. Down in the street shapes are going by in twos, on the balls of their feet. Girls. She'd know that walk in a coal mine, she taught it to half of them. One has an ax. One has a bandage for an eye.

They stop. They all look up at once, at this floor, at this window. They get a feeling too.

+ [Stand in the window. Shake her head.]
    She pulls back the bedspread and lets them have a good look at her. She shakes her head.
    Nobody waves. The one with the ax says something, and they move off toward the worst of the noise, and for an hour the worst of the noise gets worse, and then, for blocks around, it stops. They've left a can of peaches on the stoop. They'll report it, though. They're good girls. That's one more thing for Willow to sit on, and Willow can only sit on so much.
    ~ hush()
    ~ restore(1)
    ~ hold = false
+ [Put out the candle, and stay back from the glass. # careful]
    She pinches out the flame and stands in the dark with her fingers stinging. They wait. Then somebody down there says, in a flat young voice, "She's got her reasons," and somebody laughs, not nicely, and they go on.
    It'll harden them. She knows. It's how it was done to her.
    ~ tire(1)
- ->->
