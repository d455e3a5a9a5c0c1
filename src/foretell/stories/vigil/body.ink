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
    This is the last of him. You could put what's left in a drawer. If there's nothing for him tonight, there isn't going to be a tomorrow night to do better in.
- hunger > 1:
    { mend > 1:
        He'd started to come back, and now it's all going out of him again. The skin has drawn back from his teeth. When her wrist goes by his mouth, the mouth knows before he does.
    - else:
        He has gone quiet the way a fire goes quiet. She lays two fingers along his jaw, and the jaw turns toward them, blind, like something on a riverbed.
    }
- mend < 1:
    He doesn't look like anyone. He looks like what's left in the pan.
- mend < 2:
    Somebody is starting to show through. There's a brow, and a jaw she could have drawn with a stick in the dirt.
- mend < 3:
    { week() < 3:
        The black has started to come off him in plates. Under it he's pink, like a scald, and under that, here and there, he's only pale. There are lines at the corners of his eyes. She counts them twice. They're new.
    - else:
        He has a face again. It isn't the one she left. It's older, and there's gray at the temples, and whoever did that to him knew how to make it stay.
    }
- else:
    He sleeps like a man asleep, which is the whole trouble. There's gray at his temples, and lines around his mouth, and now and then he frowns, as if somebody were calling him from another room.
}

=== function look_at_her()
{ weak:
- 0: She is rested, or what passes for it. She can make a fist and mean it.
- 1: She is tired in the ordinary way, behind the knees.
- 2: Her hands shake, so she gives them things to hold.
- else: The room has started to tip at its edges when she stands. She has learned to stand in installments.
}
