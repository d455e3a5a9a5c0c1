/*
    THE VEIN

    In the first week, once. How long she lets him drink is what it costs:

        the cross at once    weak 1   mend 1    only if the dream showed her the mouth
        a little             weak 2   mend 2
        longer              to the brink; mend 3; and one time in six the hand will not open

    Whatever it cost, she is out until the sun has gone again: `out_cold` goes to the second
    threshold and never to `day`. From the second week on it is `vein_again`, a last resort.
*/

=== the_vein
~ vein_spent = true
~ bled = true
~ hush()
· · · # break

She's done this once. He was dying, and she hit him until he didn't have a choice, and then lay on the stone and felt herself go out of herself into him, and woke up in the hospital. It was closer than anything they ever did lying down. She never told anyone that part.

Riley used to pay for it. He'd go to a place, and a girl who didn't know his name would give him the counterfeit of this on a bare mattress, and afterward he couldn't say what it was he'd wanted. Buffy had been so angry. She knew exactly.

She ties off her arm with the belt of somebody's bathrobe, gets behind him, and pulls his head back against her shoulder. It's a small cut. You'd do worse on a can.

For a second the blood just runs into his mouth and nothing happens. Then everything does.

{ seen ? the_mouth:
    She has seen this. It's the only reason her other hand is where it is.
- else:
    His hand comes up. She didn't think he could lift it. It closes around her forearm, above the cut, with all the strength he hasn't got.
}

+ { seen ? the_mouth } [The cross. Now, while she still minds. # careful]
    ~ wound(1)
    ~ mends(1)
    { dying():
        -> bled_out
    }
    The dream showed it going badly. So she puts the silver to his cheek on the count of five, when there's nothing in the world she wants less, and he lets go with a noise like a hinge and goes on swallowing when there isn't anything there.
    -> she_stops
+ [A little longer.]
    A little longer. It's warm, is all. Somebody needs a thing she has, and is taking it, and it's simple. Down the long hall of her arm the lights are going out one at a time, and it's like lying in the back seat when you're a kid and somebody else is driving.
- ~ seen -= the_mouth
And something's coming back along the line. There's rain in it. There's a boy's face she's never seen, with Angel's forehead. There she is herself, sixteen, in a doorway, in that awful coat. She could stay and see them all.

+ [The cross.]
    ~ wound(2)
    ~ mends(2)
    { dying():
        -> bled_out
    }
    It's around her own neck, where he hung it. She has to find it by feel, with the hand that's getting stupid. She lays it on his cheekbone and it hisses and he hangs on, and she leans on it like somebody closing a suitcase, saying I'm sorry, I'm sorry, until his fingers open, one, and then one.
    -> she_stops
+ [Not yet. # reckless]
    Not yet.
    The ceiling has come a lot closer. It's being nice about it. Somebody ought to do something about her feet, they're freezing, but they're such a long way down, and they belong to such a tired girl.

- + [The cross. The cross. The cross. # careful]
    { weak > 2:
        -> bled_out
    }
    ~ weak = 3
    ~ mends(3)
    { RANDOM(1, 6) == 1:
        She gets it as far as his face. She does get it that far. He flinches, and holds on tighter, the way a kid would.
        -> bled_out
    }
    It takes her four tries to find her own neck. Then there's the hiss, and the smell, and he screams at last, the scream she wanted, and throws her halfway across the room like something that burned him. Which is fair.
    -> she_stops
+ [Let him have it. # reckless]
    -> bled_out

=== she_stops
~ drinks(3)
~ seen -= the_mouth
On his cheek there's the print of a cross, quite clear. She'd like to think it's going to fade. She binds the wrist with a dead woman's good towel, pulls the knot tight with her teeth, thinks, I'll just sit down a second, and watches the floor arrive.
-> out_cold

=== out_cold
· · · # break

{ weak:
- 1: When she wakes up the window's dark. It was dark before. She works it out from the candle: that was last night, this is tonight. There was a day in between, and she isn't getting it back.
- 2: She wakes up because she's cold. It's dark. It's the wrong dark. There's been a day, a whole one, and it went over her like a truck. Her tongue is a sock. Her arm's the size of a person.
- else: For a while before she wakes up she's awake and can't find out how to do anything about it. The window goes brown, and white, and brown. Somebody's sick, somewhere, and she's sorry for them. Then it's night, and it's her.
}

{ week() > 1:
    -> nightfall
}

On the mattress he has a jaw. He has most of an ear. He's lying the way she dropped him, with his lips a little apart, and they're lips.

And she wants to go. It isn't a thought. It's in her legs. All the good sense in the animal of her wants up and out of there and down the stairs, now, without her jacket. She could have died on this floor for somebody who didn't notice. She almost liked it. Nobody would say she hadn't done enough. There's a flight. There's Dawn.

She's given him a start. He's stronger than she is now. That's a reason, isn't it? That would hold up.

+ [Get up and go. # leave]
    -> left_after_vein
+ [Stay. And never do it again.]
    She lies there arguing with her legs. What settles it is what he's doing with his hand. It has fallen open on the boards, and the fingers keep closing, gently, on nothing, on where her arm was.
    "No more of that," she tells him. It comes out a croak. "That was the last one. You're on a diet."
    Then she crawls over to the water.
    -> nightfall

=== vein_again
// Second week and after. She swore she would not; or she never has, and it is late to begin.
~ bled = true
~ hush()
~ wound(2)
· · · # break

There's one door in this building she's been careful not to try. It's on the inside of her wrist.

{ dying():
    -> bled_out
}
But he's going while she watches. There's a draft coming off him. You can't go hunting for somebody who'll be dust when you get back.

So it's the belt and the knife, and the cross laid ready in her lap like something you'd bring to a dinner. She counts out loud. At twelve she notices that she's counting in Italian, and at fifteen she burns him off her, and then they both sit there breathing hard, and only one of them needs to.

~ drinks(3)
~ mends(1)
-> out_cold
