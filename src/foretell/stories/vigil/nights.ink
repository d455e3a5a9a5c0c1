/*
    THE WHEEL

        nightfall   counts; he is hungrier; the friends come if nobody has held them off
        tonight     she goes out, or stays, or opens her wrist, or carries him down, or calls
        feeding     whatever is in the pillowcase, close or at arm's length
        dawn        he may wake; the army may come a street nearer, or to the door
        day         one thing, and then it is nightfall

    Feeding him close mends him if it fills him, and brings him nearer. At arm's length it only
    keeps him. There is a time for each, and nobody says when the one becomes the other.

    `did` is what she spent the day on. The dusk speaks of it and forgets it, all in one turn, so
    that it is never part of what is remembered where there is something to choose.
*/

LIST Deeds = slept, cut_him, a_can, his_things, cleared, was_fed, sat_up, held_him
VAR did = ()

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

{the_day_behind_her()}
~ did = ()

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
        { night mod 2:
        - 0: He's close now. He's right there behind his own eyelids. Somebody drops a pan two streets over, and his whole hand says "what?"
        - else: All day he's been on the edge of it. His lips move. He's got the look of somebody who has gone from room to room turning on the lights, and there's one room left.
        }
    - else:
        { night mod 2:
        - 0: There's a crease between his eyebrows that wasn't there yesterday. It isn't pain. She knows it from a long time ago. He's trying to remember something.
        - else: When she moves, his face moves. It's slow, like a plant. She tries it from the window, and from the door.
        }
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
{ daylight:
    ~ did = sat_up
    { night mod 3:
    - 0: She ought to be asleep. She sits against the wall instead, and watches one stripe of sun go over the boards, an inch from his fingers, like somebody reading him the time.
    - 1: She takes the chair around to his good side. There isn't one, really.
    - else: She lies down on the edge of the mattress, meaning to sleep, and lies there listening to the water in the walls.
    }
- else:
    { night:
    - 1: She turns the chair to face him, as if visiting hours had begun.
    - 2: She lies down along the edge of the mattress, not touching, the way you'd lie down next to a stove.
    - 3: She sits against the wall with her knees up, and the candle does all the moving.
    - 4: She brings the candle over and does his nails. Somebody has to. It's black under there, all the way down.
    - 5: It's her night off. She sits with her back to the wall and her shoulder against his, like two people waiting on a bus.
    - else: She doesn't light anything. By now she can find him in the dark by where it's darker.
    }
}
-> nearer ->
->->

=== feeding
{ blood == 0:
    { week():
    - 1: There's nothing to give him. She shows him her empty hands, for form's sake. {hunger > 1:His mouth keeps opening.|He swallows anyway.}
    - 2: She sits back on her heels and tells him how it is, and how it is, is no. {hunger > 1:His whole face is listening for a bowl.|He takes it like a gentleman. He's asleep.}
    - else: Nothing. "Tomorrow," she tells him, in the voice that you use for dogs. {hunger > 1:He turns toward it. He's gotten so he knows the word.|He sighs, just like a dog.}
    }
    -> dawn
}
· · · # break
{ blood > 1:
    { night:
    - 1: There's enough, for once. She fills the mixing bowl and it smokes a little in the cold of the room.
    - 2: There's enough. She warms it first, inside her jacket, the way you would a bottle.
    - 3: It comes to a bowl and a little over. She stirs it so it won't get a skin.
    - 4: It comes right up to the crack in the bowl. She's gotten good at carrying things that full.
    - 5: There's so much that she spills some, and goes after it with a finger, and he gets that first.
    - else: She pours it out slowly. It's the good bowl. It's the only bowl, but that's how she's come to think of it.
    }
- else:
    { night:
    - 1: It comes to about a cup.
    - 2: There's a swallow. There are two, if he's not proud.
    - 3: It makes a cup, if you count what's on the knife.
    - 4: It's a cup. He could do with a bathtub.
    - 5: She holds it up to the candle. It looks like more from underneath.
    - else: It's about a cup. It was about a cup of rat, too.
    }
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
        { week():
        - 1: His head weighs as much as a bowling ball, and the arm it's on has gone to sleep. She doesn't move. He drinks with his eyes shut and the cords working in his neck.
        - 2: She can't hold both the bowl and him. They shake, the two of them, and it goes everywhere. Anybody walking in would think there had been a murder.
        - else: She comes to, and the bowl's upside down in her lap, and he's asleep with his mouth open against her hip. She hopes he had it. She looks, and it wasn't the floor.
        }
    - else:
        { night:
        - 1: Most of it goes in. He doesn't know how yet, and she doesn't know how either, it's like teaching somebody to whistle. Then he gets it. He gets it all at once, and she says "Hey," out loud, like the dad in a movie with a bicycle.
        - 2: He drinks with his eyes shut, his cheek against her stomach. She can feel each swallow. When it's gone he doesn't turn away. He stays there with his face in her shirt, breathing, which he doesn't have to do.
        - 3: He's better at it. He takes the rim in his lip, and when it's empty he won't let go of it, and she has to slip a finger in to break the seal, like with a calf. She has no idea how she comes to know about calves.
        - 4: He drinks, and stops, and turns his head on her knee, as though someone had come in. Then he drinks. There's a pulse going, there in the corner of his mouth. It takes her a second. It's her thumb.
        - 5: He's gotten heavy. Three weeks ago you could have mailed him. Her leg goes dead under him from the hip down, and she won't move it, and what that is, if you want to know, is vanity.
        - else: When it's gone his mouth finds the hem of her shirt, and he lies there holding on to it. She had a blanket she used to do that with. She lets him have it until the window's gray.
        }
    }
    -> nearer ->
    -> dawn
+ [Give it to him from arm's length, off a spoon.]
    ~ drinks(blood)
    ~ blood = 0
    ~ restore(1)
    { night:
    - 1: She uses Mrs. Abelard's good spoon, at arm's length, like feeding time at the zoo. Half of it goes down his neck. It keeps him. That's all you could say for it.
    - 2: You'd think he would choke. You'd think there'd be some kind of a reflex. She counts the spoonfuls out loud, so that one of them will remember them, and falls asleep in the teens.
    - 3: She does it kneeling, with her back straight, like a nurse who gets off at six. He's no better for it and no worse. She's asleep before the bowl is dry.
    - 4: She does it from the chair tonight, leaning down, the way you would through bars. It isn't unkind. She's got to leave something for whoever's going to be her in the morning.
    - 5: Spoon; wait; spoon. She doesn't touch him. She has gotten superstitious about touching him. As soon as he's had enough to last she takes it away. His face follows it a little, and goes under again. She sleeps.
    - else: She doesn't need a light for it anymore. His mouth opens when the spoon is still an inch off. It's all he does, in a night, and she'd like to stay awake and admire it.
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
    { night mod 2:
    - 0: Light. She means to get up. She sends word down to her arms about it. The next thing is dusk, and she's still on the floor.
    - else: She's going to lie here just until the ceiling has finished. It's got as far as the light fixture. It's got as far as the other wall. Then it's dark, and it must have finished.
    }
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
    { night:
    - 1: She dreams about groceries. It's wonderful. There are aisles.
    - 2: She sleeps like a rock down a well, and doesn't hear it hit.
    - 3: She sleeps with one hand flat on the floor, to feel the stairs.
    - 4: She sleeps with the cleaver, like a kid with a bear.
    - 5: She sleeps, and it's only sleep: no alley, no rain, nobody's hand. She wakes up nearly insulted.
    - else: She sleeps on her arm, and wakes up with a stranger's arm across her, and has it by the wrist before it turns out to be hers.
    }
    ~ did = slept
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

=== function the_day_behind_her()
// What she did last. After the vein there is nothing to say: there was no day.
{ did:
- slept:
    { night:
    - 1: She's slept. It didn't take. It's like change for a big bill, there's never as much of it as you thought.
    - 2: She has slept. She's got the floor printed on her cheek, every nail.
    - 3: She's slept. She does it in her boots by now, so there won't be that to do.
    - 4: She wakes up knowing what time it is. Nobody's told her. It's in the soles of her feet, like it is with cows.
    - 5: She's slept the clock around, and for a whole second, lying there, she's nobody in particular.
    - else: She has slept, and all she's got to show for it is a crick. She's crabby. It's nice. It's been a while since there was room.
    }
- cut_him: {debris > 0:There's a bowl by the door with what came out of him in it, for the roof. She hasn't been able to tip it out. You'd think it was teeth.|Her hands are cramped shut around a knife that isn't there. She has to open them against the wall.}
- a_can:
    { doors:
    - one: Her own stomach wakes her up, working. It sounds like somebody moving furniture, with feeling.
    - two: She's had a real meal, if you go by the can. It says serves four.
    - else: She keeps tasting tin. It's on her teeth, bright, like something she was going to say.
    }
- his_things:
    { doors:
    - one: There's a table now. She finds that she's set it.
    - two: It's starting to look like a place somebody lives. It's got a hot-water bottle in a sweater.
    - else: He's up to his chin in somebody's wedding present. She's never seen anyone look so much like a person in a bed.
    }
- cleared: {night mod 2 == 0:It doesn't come out from under her nails. She's been at it with a fork.|Past the reservoir the guns have come on a mile since breakfast, and nobody over there could tell you why.}
- was_fed: {night mod 2 == 0:There's a cracker in her pocket, in a napkin. She keeps checking that it's there, like a passport.|She's full. It's like wearing somebody else's coat.}
- sat_up:
    { night mod 3:
    - 0: It's dusk, and she's been awake so long that it feels like a place. You could get mail there.
    - 1: She hasn't closed her eyes. {weak > 1:The candle has a second candle in it.|Her head feels like a room somebody's swept.}
    - else: No sleep. Everything has a thin bright line drawn around it, and a hum.
    }
- held_him: {night mod 2 == 0:Her left arm is asleep, from the shoulder. It's the only part of her that got any.|The whole front of her is cold, in the shape of his back. She goes around with it on, like an apron.}
}

=== clear_the_way
// It brings the soldiers on: there is less to stop them.
~ tire(1)
~ hush()
{ army < 2:
    ~ army = army + 1
}
· · · # break
~ did = cleared
{ night:
- 3: There's a nest in the subway that would have had the whole column, on Thursday. She does it alone, in four hours, in the dark, with her sleeve between her teeth. Nobody's ever going to know there was anything there.
- 4: By day they lie up in the parking structure on Sixth, three levels down, in heaps, like seals. She starts at the bottom. It's sort of like gardening. When the first patrol goes by the top of the ramp, toward evening, nothing comes out at them, and a boy says, "Huh." She stands behind a pillar with her hands dripping and thinks, you're welcome.
- else: They have the bank on Wilshire. They've been using the vault for a bedroom. She goes in with the flashlight in her teeth and the cleaver in her hand and comes out with neither, and stands on the sidewalk for a time reading the hours of business off the glass. They used to be open till six on Fridays. When the patrol comes by it'll be a bank.
}
->->

=== the_soup_line
~ restore(2)
~ stir()
~ did = was_fed
· · · # break
{ night:
- 4: It's chicken, out of a drum, with a cracker. A woman in a vest asks where she's been staying. "Around," says Buffy. She eats so fast she cries. She takes the long way home, and something with a patient kind of a walk takes it after her.
- 5: There are folding tables. The man across from her doesn't have anybody left, and he tells her about them. When she gets up he gives her his cracker. People watch which way she goes. They can't help it. Everybody looks, now, to see who's still got somewhere to go.
- else: It's pancakes. No one knows why, it's four in the afternoon. A little girl in a vest that comes down to her shoes has been put in charge of the syrup, and she asks every person, very seriously, how much. "A lot," says Buffy. It takes both hands. On the way home she has company, half a block behind, that hasn't had any breakfast.
}
->->

=== hold_him
// There is nothing left for nearness to gain by it. What it does is mend.
~ mends(1)
~ tire(1)
{ not daylight:
    She gets in behind him with her sleeve pulled down, so he can't feel what's written on the bandage. She'd thought she might sleep. She lies there going over it, digit by digit, like a kid with a combination.
    ->->
}
~ did = held_him
{ night mod 3:
- 0: She tells him things, into the back of his neck. What's on at the movies. That Dawn's boyfriend has a scooter, and thinks nobody knows. He lies there like somebody being read to. She hears her own voice go on and on, all afternoon, in no hurry, and wonders whose it is.
- 1: She gets in behind him and puts her arm over, like a chair against a door. He fits. It's one of the most irritating things about him. All day he sleeps, and she doesn't.
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
