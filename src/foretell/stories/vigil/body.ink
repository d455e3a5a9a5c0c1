/*
    THE BODY'S LEDGER

    Small sums, kept for two bodies. The functions say nothing aloud; they move a meter and stop
    it at its ends. Being tired never killed her, so `tire` stops at the brink. Blows and blood
    do not stop there, so after `wound` whoever called it asks `dying()`.
*/

=== function week()
// Six nights are told, two of each week. The others were like them.
~ return (night + 1) / 2

=== function tire(n)
~ weak = weak + n
{ weak > 3:
    ~ weak = 3
}

=== function restore(n)
~ weak = weak - n
{ weak < 0:
    ~ weak = 0
}

=== function wound(n)
~ weak = weak + n
{ weak > 4:
    ~ weak = 4
}

=== function dying()
~ return weak > 3

=== function drinks(n)
~ fed = true
~ hunger = hunger - n
{ hunger < 0:
    ~ hunger = 0
}

=== function mends(n)
~ mend = mend + n
{ mend > 3:
    ~ mend = 3
}
{ mend < 0:
    ~ mend = 0
}

=== function stir()
// The street hears.
~ loud = true

=== function hush()
// The street forgets.
~ loud = false

=== function stirring()
// How hard he is pulling toward the surface: 0 not at all, 1 now and then, 2 every hour.
// Only a mended man wakes, and only to somebody.
{ mend > 2 && near > 2:
    ~ return near - 2
}
~ return 0

/*
    What there is to see of them at nightfall. Each line answers to a meter and shows no number.
*/

=== function look_at_him()
{
- hunger > 2:
    {night mod 2 == 1:This is the last of him. You could put what's left in a drawer. If there's nothing for him tonight, there isn't going to be a tomorrow night to do better in.|You can see the candle through his hand. She moves it behind him, to be sure, and moves it back. Tonight, then. It's got to be tonight.}
- hunger > 1:
    { mend > 1:
        {night mod 2 == 1:He'd started to come back, and now it's all going out of him again. The skin has drawn back from his teeth. When her wrist goes by his mouth, the mouth knows before he does.|It's his face, with the water let out. He's got his head turned to the wall, where the pipe is, because there's something with a heartbeat in the pipe.}
    - else:
        {night mod 2 == 1:He has gone quiet the way a fire goes quiet. She lays two fingers along his jaw, and the jaw turns toward them, blind, like something on a riverbed.|He's drawn up on his side like a dry leaf. You could read by how still he is. She puts her ear to him, out of habit, and there's nothing to hear, there never was, and it scares her silly.}
    }
- mend < 1:
    {week():
    - 1: He doesn't look like anyone. He looks like what's left in the pan.
    - 2: A week of it, and he still doesn't look like anyone. She's started to keep her eyes on his ear. There's most of an ear.
    - else: All this time, and it's like nursing a shipwreck. She knows every board. She couldn't tell you what the name was.
    }
- mend < 2:
    {week():
    - 1: Somebody is starting to show through. There's a brow, and a jaw she could have drawn with a stick in the dirt.
    - 2: There's half of him. It's like one of those paintings they're always cleaning, in Rome, with the scaffold up: here's a nose, here's a hand, and the rest of the saint is soot.
    - else: He's stuck there, halfway, like a picture coming in on a bad line. Some nights there's a mouth. Some nights she has to remember it for him.
    }
- mend < 3:
    { week():
    - 1:
        The black has started to come off him in plates. Under it he's pink, like a scald, and under that, here and there, he's only pale. There are lines at the corners of his eyes. She counts them twice. They're new.
    - 2:
        There's more of him than there isn't. His ears are ears. You'd know him across a room, if it was a long room, and you'd been told. In the part of his hair there's some ash that won't brush out, and it's a while before she quits trying and looks. It's not ash. It's gray.
    - else:
        He has a face again. It isn't the one she left. It's older, and there's gray at the temples, and whoever did that to him knew how to make it stay.
    }
- else:
    {week() < 3:He's pink and new, and furious-looking, like a baby in a window. There's gray coming in at the temples. Those two things shouldn't be on the same head.|He sleeps like a man asleep, which is the whole trouble. There's gray at his temples, and lines around his mouth, and now and then he frowns, as if somebody were calling him from another room.}
}

=== function look_at_her()
{ weak:
- 0: {week():
    - 1: She's slept like a person, somewhere in there. She's got her hands back.
    - 3: She does a handstand against the door, to see. She can still do a handstand.
    - 2: She could run up a wall tonight. There's something indecent in it, next to him.
    - else: She is rested, or what passes for it. She can make a fist and mean it.
    }
- 1: {week():
    - 1: She's tired, but so far it's the kind that comes with a reason.
    - 3: She's tired the way people with jobs are tired. She has begun to feel it in her teeth.
    - 2: She catches herself sitting down to lace her boots, and then sitting.
    - else: She is tired in the ordinary way, behind the knees.
    }
- 2: {week():
    - 1: She gets down on one knee for the bowl and stays there a second, like somebody about to propose.
    - 3: She puts the knife down somewhere, and looks for it, and it's in her hand.
    - 2: She misses the candle twice with the match. The third time she talks to it.
    - else: Her hands shake, so she gives them things to hold.
    }
- else: {week():
    - 1: When she shuts her eyes the floor keeps going. It seems like a nice floor. She'd like to know it better.
    - 3: There's a noise in her head like a refrigerator, and it doesn't cut out. When she turns around too fast the wall is late.
    - 2: She's gotten so thin that the cross knocks on her when she walks. It's like having somebody at the door.
    - else: The room has started to tip at its edges when she stands. She has learned to stand in installments.
    }
}
