/*
    THE HUNT

    Every hunt is a tunnel: it puts 0, 1 or 2 in the pillowcase (`blood`) and comes back, or it
    does not come back. Louder is better fed.

        where               when              yield          noise      what may meet her
        under the building  always            1, five in 6   forgotten  nothing, or hardly
        the butcher's       weeks one, two    2              always     a mob; likelier if it was loud
        the riding school   weeks two, three  2              as it was  a mob; and the walk costs her
        the blood truck     once the army is  2              as it was  soldiers, one in 4: nothing
                            behind her

    Fainting is not allowed to kill her here; blows are.

    No two nights read alike. What varies by `night` costs nothing: the wheel counts it anyway.
*/

=== function met_by_a_mob()
// One night in six; one in two, when the street has been listening.
{ loud:
    ~ return RANDOM(1, 2) == 1
}
~ return RANDOM(1, 6) == 1

=== under_the_building
· · · # break
~ hush()
{ night:
- 1: Under the basement there's another basement, a foot deep in what used to be the street, and it ticks and scutters. She stands in it to the shins and doesn't move until she's furniture.
- 2: Down by the boilers it's warm, God knows why, and anything that's warm has rats. Behind the second boiler somebody has put by a case of creamed corn. Of course they have. She baits the floor with it. It's the first thing she's found that it's good for.
- 3: There's a laundry room in the basement, with a drain in the floor, and at night the drain is a freeway. She sits on a dryer in the dark with a colander and a broom handle. You wouldn't put it on a résumé.
- 4: She has a route by now: the dryers, the boilers, the place behind the stairs where somebody kept a bicycle. Every time she goes by it she rings the bell, once, with one finger. It brings them out to see.
- 5: They know her step, down there. She's had to learn another one, heel first, like a fat man coming home. It works for about an hour. You'd be amazed what you can feel smarter than.
- else: It's quiet under the building. Whatever lived in these walls has heard something coming, and moved its kids to the Valley. She sits in the dark with the colander in her lap, like the last one left to be picked up.
}
{ RANDOM(1, 6) <= 5:
    ~ blood = 1
    { weak > 1:
        { night mod 2:
        - 0: It takes until three. She's slow, and they've noticed. But in the end there's a weight in the pillowcase, warm, moving less and less.
        - else: She has to lie down on the concrete, flat, with her cheek to it, and let them come and see what she is. One of them does. She's sorry about that one. It was only curious.
        }
    - else:
        { night mod 3:
        - 0: By midnight there's a weight in the pillowcase. She's getting good at this. She hopes nobody ever asks her what she's good at.
        - 1: Three, in about an hour. They kick against her leg the whole way up, like a kid riding in a cart.
        - else: She does it the quick way, with her thumb. It takes eleven tries to get one that's worth the stairs.
        }
    }
- else:
    They aren't coming tonight. {week() > 1:She's eaten out the neighborhood, or he has.|Something bigger has been through and left its opinion on the walls.} She waits until the candle's down to its saint's feet, and goes back up with the pillowcase over her shoulder like Santa with bad news.
}
->->

=== the_butchers
· · · # break
{ night:
- 1: There's a butcher's shop two blocks over with its shutter half up. The power's been out since the beginning, and the meat is way past being meat. What it is now is bait. The dogs have come in from every yard for a mile, starving, with their collars on, and around them and under them go the rats. She has a pillowcase, a cleaver, and her breath held.
- 2: The butcher's, two blocks over, with its shutter half up. You follow your nose, and then you wish you hadn't brought it. The meat in there has been off since the beginning, and half the pets in the city have come in for it. Everything that can still run goes out past her knees when she ducks under, with its tags jingling like change. The rats don't bother. She starts with the rats, to be fair.
- 3: The butcher's is down to bones. The dogs still come, out of habit, the way you keep checking the fridge. They're thin, and there aren't so many. There's one she's left alone every time, some kind of a collie. It lies down by the door and waits, as if she might be who it belongs to.
- else: There's nothing left at the butcher's but habit, and a smell. Some kind of a collie is in the doorway, and it has brought her something. It puts the thing down, a kid's sneaker, and backs off, to see if that's what she wants. She steps over it. There are others, in the back, that don't bring her anything.
}
~ blood = 2
{ loud:
    {night mod 2 == 1:They've heard her coming tonight. Every one of them has something to say about it.|They're up and barking before she's got a foot in the door, and they don't stop, and then there's one, and it doesn't stop either.}
- else:
    {night mod 2 == 1:One hand over the muzzle. They mostly look surprised. She does it as fast as it can be done, and that's never fast enough to be quiet.|She's quick. She says "good dog" each time, under her breath, since it's true. The last one gets out half of a yell, and down the block something answers.}
}
{ met_by_a_mob():
    ~ stir()
    -> the_mob ->
}
~ stir()
->->

=== the_riding_school
· · · # break
It's four miles up the concrete river to the riding school, and four miles back. {army > 0:There are lights on the bridges, and young guys' voices. She goes under them in the dark with her hand on the wall.|There's nothing on the bridges that she wants to be seen by. She keeps her hand on the wall.}
~ tire(1)
{ night:
- 3: There are horses left, in the far paddock, where there's grass. You don't have to kill one. Giles told her that once, about the Mongols. You lean on it and talk to it and open a place in its neck no bigger than a buttonhole, and it stands there shaking and lets you, because somebody taught it to trust a girl's voice. She fills two canteens. She holds the place shut until it stays shut. "Good girl," she says, and it isn't the horse she's talking to.
- 4: There's a gray mare in the far paddock who comes to the fence before she's called, and puts her big soft face in against Buffy's neck, at exactly that spot, and blows. Buffy tells her it's going to pinch. It's an old trick, Giles said, the Mongols lived on it: a place no bigger than a buttonhole, and you close it with your thumb, and nobody dies. Two canteens. She scratches where the halter has rubbed. "I know a guy who'd like you," she says.
- 5: They've eaten the paddock down to dirt. She's brought an armload of somebody's hedge the whole four miles, because you don't turn up with nothing. It's the big bay's turn to be bled. He leans on her all through it with his eyes half shut, like a guy at the end of a wedding, and she stands there holding up half a ton of horse and two canteens, and for about a minute nobody in the world is hurt.
- else: There's one off by itself, with its head down, and she leaves that one be. From the others she takes a little each, a cup and a cup and a cup, so nobody has to be tired. It takes until four. She'd never once thought of it as a thing you could do: a little, from everybody.
}
~ blood = 2
{ met_by_a_mob():
    -> the_mob ->
}
->->

=== the_blood_truck
· · · # break
{ night:
- 4: The relief people have a truck, white with a red cross, parked under floodlights by the high school. All day long people who have lost everything line up to give it a pint. They get a sticker and a juice.
    It goes to the hospitals. It goes to somebody with a name. She knows that.
- 5: The relief people's truck is by the high school, under lights you could take out an appendix by. There's a drop of blood painted on the side, with a face. It's smiling. It has gloves on. She goes in under it on her stomach, like somebody stealing from a clown.
- else: The line for the white truck went around the block today. People who have nothing left want to give somebody something. It's the one thing going around that's catching. So tonight the racks are full, and there's nobody on the step but a moth.
}
{ RANDOM(1, 4) > 1:
    ~ blood = 2
    { night:
    - 4: She takes two bags from the back of the rack, where they're oldest, and stands for a second in the hum of the refrigerator, reading the labels. O positive. O positive. Thank you.
    - 5: Two bags, inside her shirt. They're so cold that she walks home hugging herself, like anybody else out there.
    - else: The first one she picks up is her own type, and she puts it back. She couldn't say why. She takes two of somebody else's.
    }
- else:
    { night mod 2:
    - 0: She has one foot on the bumper when the flashlight gets her. "Ma'am?" He can't be twenty. "Ma'am, are you here to give?" And she lets him sit her down and take a pint, because it's that or explain. She gets a sticker and a juice.
    - else: There's a nurse in there after all, on an upturned crate, with her shoes off. "Couldn't sleep either?" she says, and moves over. So they look at the moon. "Well," says the nurse, after a while, "as long as you're here." And Buffy rolls up the good sleeve.
    }
    ~ tire(1)
}
->->

=== the_mob
~ temp swing = 0
· · · # break
{
- army == 1: There are twenty or so of them lying up along the avenue, horned, patient, and every one is facing away from her. They're waiting for the soldiers, who'll be along at dawn with their radios on. Then one turns its head.
- week() > 1: They've gotten organized. They have the look of people with jobs. A dozen come around the corner with a net, and when they see what she's carrying, one of them laughs.
- else: It sounds like a stadium letting out. They come around the corner at a kind of a trot, every shape there is, all hands and lanterns. It has nothing to do with her. They're just out enjoying the city. Then somebody in the front row smells the bag.
}

+ [Throw them the bag, and run.]
    ~ blood = 0
    {week() > 1:They fall on it. They don't so much as say thanks. She goes up a drainpipe with her hands empty, thinking about what he's got at home, which is nothing, and her.|They fall on it. It sounds like a wedding. She's four roofs away before she has time to be sorry for what was in it, which died for that.}
+ [Fight them. # reckless]
    ~ stir()
    { RANDOM(1, 2) == 1:
        ~ swing = 1
    }
    ~ wound(swing)
    { dying():
        -> mobbed
    }
    { swing > 0:
        It goes all right for a while. It goes the way it used to, like hearing a song, and she is in there with the cleaver thinking, oh, there I am. Then something with a length of chain gets around behind. She kills that too. She kills the ones who saw. Going up the stairs, she needs the rail.
    - else:
        She picks the narrow place, between a bus and a wall, where they have to come by twos. She'd forgotten how quiet it gets in the middle. At the end there's nobody left in the street to say who did it, {army == 1:and in the morning forty boys from Fort Irwin will come down that avenue whistling.|and her hands have stopped shaking for the first time all week.}
    }
+ [Lie down in the gutter, with the dead, and be one. # careful]
    ~ tire(1)
    ~ hush()
    ~ blood = 1
    {week() > 1:She has gotten to know the dead on this street. She fits herself in between a mailman and a lady with one shoe.|There are enough of them lying around that one more's no big deal.} She pulls an arm over her that isn't hers. They go by, and by, and by. One stops. Something long and soft goes through her hair and pauses at her ear, and she thinks about the Alps. When it's safe the sky's going gray, and half of what she had has run out in the gutter with the rest.
- ->->
