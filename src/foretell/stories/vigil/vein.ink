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

She's done it once before. He was dying, and she hit him until he had no choice, and then lay on the stone and felt herself go out of herself into him, and woke up in a hospital. It was nearer than anything they'd ever done lying down. She never told anyone that.

Riley used to pay for it. He'd go to a place, and a girl who didn't know his name would give him the counterfeit of this on a bare mattress, and afterward he hadn't been able to say what it was he'd wanted. She had been so angry. She'd known exactly.

She ties off her arm with the belt of someone's bathrobe, and gets behind him, and pulls his head back against her shoulder. There's the knife. It's only a little cut. You'd do worse on a can.

For a second or so the blood just runs into his mouth and nothing happens. Then everything does.

{ seen ? the_mouth:
    She has seen this. That's the only reason that her other hand is where it is.
- else:
    His hand comes up. She hadn't thought he could raise it. It closes around her forearm, above the cut, with all of the strength that he hasn't got.
}

+ { seen ? the_mouth } [The cross. Now, while she still minds. # careful]
    ~ wound(1)
    ~ mends(1)
    { dying():
        -> bled_out
    }
    The dream had shown it going badly. She puts the silver to his cheek at the count of five, at a time when there's nothing in the world that she wants less. He lets go with a noise like a hinge. He goes on swallowing when there is nothing there.
    -> she_stops
+ [A little longer.]
    A little longer. It's only that it's warm. It is only that somebody needs a thing she has, and is taking it, and it's simple. Down the long hall of her arm, the lights are going out in order, and it's like lying in the back of the car when you're a child and somebody else is driving.
- ~ seen -= the_mouth
And it's coming back along the line. There is rain in it. There's a boy's face she's never seen, with Angel's own forehead. There is her own, at sixteen, in a doorway, in that awful coat. She could just stay and see them all.

+ [The cross.]
    ~ wound(2)
    ~ mends(2)
    { dying():
        -> bled_out
    }
    It's on a chain around her own neck, where he hung it. She has to find it by touch with the hand that is getting stupid. She lays it on his cheekbone and it hisses, and he hangs on; and she leans on it, as if she were trying to close a suitcase, saying I'm sorry, I'm sorry, until one at a time his fingers open.
    -> she_stops
+ [Not yet. # reckless]
    Not yet.
    The ceiling has come quite a lot closer. It's kind. Someone should do something about her feet, which are freezing, but they are such a long way off, and belong to such a tired girl.

- + [The cross. The cross. The cross. # careful]
    { weak > 2:
        -> bled_out
    }
    ~ weak = 3
    ~ mends(3)
    { RANDOM(1, 6) == 1:
        She gets it as far as his face. She does get it that far. He flinches, and holds tighter, the way a child will.
        -> bled_out
    }
    It takes her four tries to find her own neck. Then there's the hiss, and a stink, and he screams at last, the scream she wanted, and throws her halfway across the room like a thing that has burned him. Which is fair.
    -> she_stops
+ [Let him have it. # reckless]
    -> bled_out

=== she_stops
~ drinks(3)
~ seen -= the_mouth
On his cheek there's the print of a cross, quite clear. She'd like to think that it is going to fade. She binds the wrist with a dead woman's good towel, pulls the knot with her teeth, thinks, I'll just sit down for a second, and observes the floor arrive.
-> out_cold

=== out_cold
· · · # break

{ weak:
- 1: When she wakes the window's dark. It was dark before. She works it out by her beard of dried spit and the state of the candle: that was last night, this is tonight. There was a day in between. She isn't getting it back.
- 2: She wakes because she's cold. It's dark. It's the wrong dark; there's been a day, a whole one, it has gone by over her like a truck. Her tongue is a sock. Her arm's the size of a person.
- else: There is a time before she wakes when she's awake and can't find the way to do anything about it. The window goes brown, and white, and brown. Something rings her like a bell from inside, slowly, and she's sorry for whoever it is. Then it's night, and it's her.
}

{ week() > 1:
    -> nightfall
}

On the mattress he has a jaw. He has most of an ear. He is lying as she dropped him, with his lips a little apart, and the lips are lips.

And she wants to go. It isn't a thought. It's in her legs. Everything she's got, all the good sense in the animal of her, wants up and out of there and down the stairs, at once, without her jacket. She could have died on this floor for a man who didn't even notice. She nearly liked it. Nobody would say she hadn't done enough. There's a flight. There is Dawn.

She's given him a start. He is stronger than she is now. That's a reason, isn't it? That would hold up.

+ [Get up and go. # leave]
    -> left_after_vein
+ [Stay. And never do it again.]
    She lies there arguing with her legs. In the end it's what he is doing with his hand. It has fallen open on the boards, and the fingers keep on closing, gently, on nothing, on where it was.
    "No more of that," she tells him. It comes out as a croak. "That's the last. You're going on a diet."
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
She'd said she wouldn't. She says a good many things. But he is going while she watches, there's a draft coming off him, and you can't hunt for someone who'll be dust when you get back.

So it's the belt and the knife, and the cross laid ready in her lap like something you would bring to a dinner. She counts out loud. At twelve she hears that she's counting in Italian, and at fifteen she burns him off her, and there's a moment when they are both sitting there breathing hard, and only one of them needs to.

~ drinks(3)
~ mends(1)
-> out_cold
