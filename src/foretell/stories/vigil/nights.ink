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
- 1: At dusk there's a kind of roll call. Something up in the hills gives tongue, something answers it from the harbor, and then they all go off, block by block, like car alarms. She listens until she can tell them apart. It gives her something to do with her hands.
- 2: Screams, tonight, over toward the hospital, and then a long low roaring like surf. There are people out there. She knows what she's for. She could be down those stairs in eleven seconds, and she sits on her hands and counts to eleven, and counts to eleven again.
- 3: A second week. She knows since she has been scratching it on the doorframe, in among the pencil marks where somebody used to measure a kid. The kid is up to her hip. It rains for about a minute, gray, and all over the dark city you can hear people putting out pots.
- 4: {army > 0:There's a new sound, flat and regular, off to the east. It takes her a while to recognize it, because it's only guns.|You can get used to it. That's the secret she would keep, if she were asked to keep one. The dark comes down, the roll call goes around; you get up off the floor and put your boots on like anybody going on nights.}
- 5: A third week. {army > 3:There's a streetlight on, on Vermont. One. People come out and stand underneath it, just to look at their hands.|The roaring has moved off south. What's left is sneakier, and it has learned the word "help."}
- else: {army > 3:Music, tonight. It's a radio, on some soldier's windowsill. It's a love song, and it's terrible, and she listens to it straight to the end.|Tonight there is nothing. No roll call. The whole city's holding its breath, the way you do when you've heard somebody on your stairs.}
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
        He's close now. He is right there behind his own eyelids. Somebody drops a pan, two streets off, and his whole hand says "what?"
    - else:
        There's a crease between his brows that wasn't there yesterday. It's not pain. She knows it from a long time back. He's trying to remember something.
    }
}

-> tonight

=== function somebody_calls()
// Every other night, until the army has the streets, somebody is down there.
~ return night mod 2 == 0 && army < 4

=== tonight
{ somebody_calls():
    { week():
    - 1: And under the window somebody is calling out. It's not a scream. They did that already. It's a woman's voice, worn down and reasonable, saying "please" at intervals, like someone at a counter.
    - 2: Somebody's running in the street, in shoes too big for him. There's something behind that isn't running, as it doesn't need to. He's got the breath to sob with. He must be about nine.
    - else: "Help," says the street. "Help. Help." It might be one of the ones that have learned to say it. It goes up at the end, though. They've never got that part right.
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
- 1: It's a woman with her leg under a gate, and a ring of them squatting around her with great politeness, taking turns. Buffy goes through them. It's quick. She carries her nine blocks to a church with a lit window, and at the door the woman sees her face in the light, and remembers it. "What floor are you on?" she says, after. "We'll bring you something." "Don't," says Buffy.
- 2: She takes the one that isn't running, from above, with a parking sign. The boy stands with his back to a wall, staring, his hands up, as if it were she who had the drop on him. She walks him to the river, where there are people. All the way he's counting stairwells and street names, under his breath, so as to be able to find her again.
- else: It goes up at the end because it's a girl, eighteen or so, and she's got hold of a railing. There's a thing on the other end of her. Afterward she won't let go of the railing, and then will not let go of Buffy. "You came down," she keeps saying. "I saw you. Nobody comes down."
}
{ RANDOM(1, 2) == 1:
    ~ wound(1)
    { dying():
        -> mobbed
    }
    Something had gotten its teeth into her somewhere along there. She finds it when she sits down.
- else:
    There isn't a mark on her. It's the first time she has felt like herself in days, and she climbs the stairs with it, toward him, with nothing in her hands.
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
    It comes to about a cup. She's been handed more by bartenders.
}
+ [Take his head in her lap, and hold him up to it.]
    ~ drinks(blood)
    ~ blood = 0
    { mend < 1:
        ~ mends(1)
        There's nobody there yet to mind. She gets two fingers in at the hinge of his jaw, as with a dog and a pill, and strokes his throat to make it swallow; and after a while, it does it by itself.
        -> dawn
    }
    { hunger < 1:
        ~ mends(1)
    }
    { weak > 1:
        His head weighs as much as a bowling ball, and she has had about enough of the arm it's lying on. She doesn't shift. He drinks with his eyes shut and the cords moving in his neck.
    - else:
        He drinks with his eyes shut, his cheek against her stomach. She can feel each swallow. When it's gone, he doesn't turn away. He stays there with his face against her shirt, breathing, which he doesn't have to do.
    }
    -> nearer ->
    -> dawn
+ [Give it to him from arm's length, off a spoon.]
    ~ drinks(blood)
    ~ blood = 0
    ~ restore(1)
    {week():
    - 1: She uses Mrs. Abelard's good spoon, at the full stretch of her arm, like someone feeding a thing at a zoo. Half of it goes down his neck. It keeps him. That's all you could say for it.
    - 2: She does it kneeling, with a straight back, like a nurse who goes off at six. It's soon over. He gets no better from it, and no worse. She's asleep before the bowl has dried.
    - else: Spoon; wait; spoon. She doesn't touch him. She has gotten superstitious about touching him. As soon as he's had enough to last, she takes it away, and his face goes after it a little, and goes under again. She sleeps.
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
    Light. She means to get up. She sends word down to her arms about it. The next thing is dusk, and the floor has been holding her the whole day like a hand.
    ~ restore(1)
    -> nightfall
}
{ night:
- 1: Daylight gets in through the weave of the bedspread and lies about the room in crumbs.
- 2: A brown day, not a bird in it. The water from the tank upstairs tastes of pennies.
- 3: She's slept in worse. She has slept in a grave. It's just that the grave had padding.
- 4: {mend > 1:The light finds new lines in his face. She'd got used to the old new ones.|Flies, at last, three of them, going round in the middle of the room. She takes it as a vote of confidence.}
- 5: Sun, real sun. She has to pin the bedspread down at the corners with Mrs. Abelard's irons.
- else: Helicopters. The candle on the chair shivers, in rings, like a thing that's being thought about.
}
+ [Sleep. # careful]
    { night mod 3:
    - 0: She sleeps with one hand flat on the floor, so as to feel the stairs.
    - 1: She dreams about groceries. It's wonderful. There are aisles.
    - else: She sleeps as you'd drop a rock down a well, and she doesn't hear it hit.
    }
    ~ restore(1)
    -> nightfall
+ { debris > 0 } [Get the knife and the bowl. # careful]
    -> the_feet ->
    -> nightfall
+ { doors < three && week() < 2 } [See what is behind another door.]
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
- 0: By day they lie up in the parking structure on Sixth, three levels down, in heaps, like seals. She starts at the bottom. It's as close as it comes to gardening. When the first patrol goes by the top of the ramp, toward evening, there's nothing at all in there to shoot at them, and a boy says, "Huh." She stands behind a pillar with her hands dripping, thinking, you're welcome.
- else: There's a nest in the subway that would have had them all, the whole column, on Thursday. She does it alone, in four hours, in the dark, with her sleeve between her teeth. Nobody's ever going to know that there was something there. It's the purest kind of work. It's like being a pipe.
}
->->

=== the_soup_line
~ restore(2)
~ stir()
· · · # break
{ night mod 2:
- 0: It's chicken, out of a drum, with a cracker. A woman in a vest asks where she's been staying. "Around," says Buffy. She eats it so fast that she cries. She takes the long way back, and there's something with a patient tread that takes it after her.
- else: There are folding tables. There's a man across from her who hasn't got anybody, and he tells her about them. When she stands up he gives her his cracker. People watch where she goes: they can't help it, it's all any of them do now, look at each other and see who has got somewhere to go.
}
->->

=== hold_him
// There is nothing left for nearness to gain by it. What it does is mend.
~ mends(1)
~ tire(1)
{ night mod 2:
- 0: She gets in behind him and puts her arm over, as you'd put a chair against a door. He fits. It's one of the most irritating things about him. All day she doesn't sleep, and he does.
- else: She holds him. They never got much of this. There was always something, an apocalypse or a clause. He lies with his back against her, cool as the other side of the pillow, and his hand finds her wrist, the bandage, and closes around it with no force whatever.
}
->->

=== grown_over
~ seen -= the_mouth
{ debris > 0:
    ~ mends(-1)
    { debris > 1:
        She never got to the gravel. It's under there now for good, with the skin gone shut over it, smooth, and his feet are hot to the touch and drawn up like a foal's. It's costing him something to lie there with it. It'll cost him every step that he takes, for a time that there aren't any words for.
    - else:
        The feet are clean. But what is in his back is in there to stay. It has grown over in the night, and when she runs her palm down it, things move underneath like letters in an envelope.
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
There's no sound. It's that that makes her go and look. Down in the street, shapes are going by, in twos, on the balls of their feet: girls. She'd know that walk in a coal mine. She taught it to half of them. One has an ax. One's got a bandage for an eye.

They stop. They all look up together, at this window, at this floor. They have a feeling, right here, under the ribs.

+ [Stand in the window. Shake her head.]
    She puts the bedspread aside and lets them have a good look: how thin, and how it's no use asking. She shakes her head.
    Nobody waves. The one with the ax says something, and they move off, toward the worst of the noise; and for an hour after that the worst of the noise gets worse, and then, all along those blocks, it stops. They've left a can on the stoop, too. It's peaches. They'll tell it where they've been told to tell it, though, and that's one more thing for Willow to sit on.
    ~ hush()
    ~ restore(1)
    ~ hold = false
+ [Put out the candle, and stay back from the glass. # careful]
    She pinches out the flame and stands there, in the dark, with her fingers stinging. They wait. Then someone down there says, in a flat young voice, "She's got her reasons," and somebody laughs, not nicely, and they go on.
    It'll harden them. She knows that. It's how it was done to her.
    ~ tire(1)
- ->->
