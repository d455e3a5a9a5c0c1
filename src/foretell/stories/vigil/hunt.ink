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
{ night mod 3:
- 0: There's a laundry room in the basement, with a drain in the floor, and at night the drain is traffic. She sits on a dryer in the dark with a colander and a broom handle. You wouldn't put it on a résumé.
- 1: Below the basement there's another basement. It's a foot deep in what used to be the street, and it ticks and scutters. She stands in it to the shins and doesn't move for as long as it takes to become furniture.
- else: Down among the boilers it's warm, God knows why, and anything that's warm has rats. She's baited the floor with creamed corn. It's the only thing so far that she's found it to be good for.
}
{ RANDOM(1, 6) <= 5:
    ~ blood = 1
    {weak > 1:It takes until three. She's slow, and they have noticed. But in the end there's a weight in the pillowcase, warm, and moving less and less.|By midnight there's a weight in the pillowcase. She's gotten quick at it. She hopes nobody ever asks her what she's quick at.}
- else:
    They aren't coming tonight. {week() > 1:She has eaten the neighborhood, she thinks, or he has.|Something bigger has been through, and left its opinion on the walls.} She stays till the candle's down to its saint's feet, and goes back up with the pillowcase over her shoulder, like Santa with bad news.
}
->->

=== the_butchers
· · · # break
{ week():
- 1: There's a butcher's shop two blocks over with its shutter half up. The power's been out since the beginning, and the meat is past being meat. She smells it from the corner. What it is by now is bait. The dogs have come in from every yard for a mile, with their collars on; they're starved and they quarrel, and under them, over them, through them go the rats. She has a pillowcase, a cleaver, and her breath held.
- else: The butcher's is down to bones. But the dogs still come to it, out of habit, the way people go on checking the fridge. They're thin, and not so many. They used to know their names. There's one she has left alone four times now, a kind of a collie, and it lies down by the door and waits, as though she might be who it belonged to.
}
~ blood = 2
{ loud:
    It isn't quiet. They've heard about her, tonight, and go off one after the other like alarms.
- else:
    One hand over the muzzle. They mostly look surprised. She does it as quickly as it can be done, and it's never quick enough to be quiet.
}
{ met_by_a_mob():
    ~ stir()
    -> the_mob ->
}
~ stir()
->->

=== the_riding_school
· · · # break
It's four miles along the river to the riding school, in the concrete, and four miles back. {army > 0:There are lights on the bridges, and young men's voices. She goes under them in the dark with her hand on the wall.|Nothing's on the bridges that she wants to be seen by. She goes from shadow to shadow with her hand on the wall.}
~ tire(1)
There are {night mod 2:eleven|a few} left, in the far paddock, where there's grass. You don't have to kill a horse. Giles told her that once, about the Mongols. You lean on it, and talk, and open a place in the neck no bigger than a buttonhole, and it stands there trembling and lets you, since someone taught it to trust a girl's voice. She fills two canteens. She presses the place shut until it holds. She says "good girl" to it, and it's not the horse she is talking to.
~ blood = 2
{ met_by_a_mob():
    -> the_mob ->
}
->->

=== the_blood_truck
· · · # break
The relief people have a truck, white, with a red cross on it, parked under floodlights by the high school. All day, people who have lost everything line up there to give away a pint. They get a sticker and a juice.
It goes to the hospitals. It goes to somebody with a name. She knows that.
{ RANDOM(1, 4) > 1:
    ~ blood = 2
    She takes two bags from the back of the rack, where they are oldest, and stands for a moment in the hum of the refrigerator reading the labels by her fingertips. "O positive. O positive. Thank you."
- else:
    She has one foot on the bumper when the flashlight gets her. "Ma'am?" He can't be twenty. "Ma'am, are you here to give?" And, God help her, she lets him sit her down and take a pint before he'll quit being nice to her. She gets a sticker and a juice.
    ~ tire(1)
}
->->

=== the_mob
~ temp swing = 0
· · · # break
{
- army == 1: They are lying up along the avenue, twenty or so, horned, patient, and every one of them is facing away from her. They're waiting for the soldiers, who'll be along at dawn with their radios on. Then one turns its head.
- week() > 1: There are more of them on the street now, and they've gotten organized; they have the look of people with jobs. A dozen come around the corner with a net. When they see what she's carrying, one of them laughs.
- else: She hears it before she sees it, like a stadium letting out. They come round the corner at a sort of trot, every kind there is, all hands and lanterns. It has nothing to do with her. They're only out enjoying the city. Then somebody in the front row smells the bag.
}

+ [Throw them the bag, and run.]
    ~ blood = 0
    They fall on it. It sounds like a wedding. She's four roofs off before she has it in her to be sorry for the dogs, who died for that, and for him, who won't get any.
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
        It goes all right for a while. It goes as it used to, it's like hearing a song, and she is in among them with the cleaver, thinking, oh, there I am. Then something with a length of chain gets in behind. She kills that, too. She kills the ones who saw. Climbing the stairs, she needs the rail.
    - else:
        She picks the narrow place, between a bus and a wall, where they can only come by twos. She had forgotten this. She'd forgotten how quiet it gets in the middle. At the end there's nobody left in the street to say who did it, {army == 1:and in the morning forty boys from Fort Irwin will come down that avenue whistling.|and she's hardly even breathing, and her hands have stopped shaking for the first time all week.}
    }
+ [Lie down in the gutter, with the dead, and be one. # careful]
    ~ tire(1)
    ~ hush()
    ~ blood = 1
    There are enough lying about that one more's no remark. She pulls an arm over her that is not hers. They go by, and by, and by. One stops, and a long soft thing goes through her hair and pauses at her ear, and she thinks about the Alps. When it's safe the sky's going gray, and half of what she had has run out into the gutter with the rest.
- ->->
