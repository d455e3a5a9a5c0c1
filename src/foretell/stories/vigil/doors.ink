/*
    THE DOORS

    Three apartments, one can of paint. Every pantry has at least one can of cranberry sauce and
    one of creamed corn in it, and the more of the one, the fewer of the other. What was on the
    shelf is forgotten when the door is shut; only a bare one would be remembered.

        cans        she eats, and is stronger for it
        his things  sheets, water, a warm place: he is the better for it, and she is not, and
                    dragging them along a hall is heard
        the cat     only in the third
*/

=== function in_words(n)
{ n:
- 1: ~ return "one can"
- 2: ~ return "two cans"
- else: ~ return "three cans"
}

=== a_door
~ doors++
· · · # break

{ doors:
- one:
    She knocks, because she was raised to.
    7C is Mrs. Abelard. She's been in here once already, for the broom, looking at the floor. This time she looks. Mrs. Abelard is in the armchair with an afghan over her knees and the television's dead face in front of her. She was too old for the stairs, and someone was going to come back for her, you could tell. She'd put her lipstick on.
    There's a can of spray paint under the sink, with a stencil for a mailbox she'd never got around to. It's green, and it's the only one in the building. Buffy closes the door on the old lady very gently and stands there in the hall, shaking the can. It seems to make a terrific noise. Then she puts an X on the door, tall as she can reach, so that whoever comes will know there's somebody, and that somebody knew.
- two:
    7A had a name on the bell, but the rain got it. She was in and out of here for the mattress and never knew there was anybody home.
    He's in the bathroom. There's a walker folded up neatly against the tub. He was hiding, she thinks. He'd got himself all the way in there, and shut the door, and sat down on the edge to wait for it to be over. She doesn't think anything got in. She thinks that it just was not over for too long.
    She sprays the X. The green has run on the other one. It looks like something growing.
- else:
    6B is below them, down one flight, where she would rather not have gone. There are two in this one. They're on top of the covers with their shoes off and their hands between them, and there is a glass on each nightstand, and there's a note, which is not addressed to her.
    By the front door there is a bowl with a name on it. The cat looks at her from on top of the refrigerator. It is a gray, rangy, unsentimental animal, and it's been managing.
    The can has begun to spit. She makes this X smaller.
}
-> the_pantry ->
->->

=== the_pantry
~ temp cranberry = RANDOM(1, 3)
~ temp corn = 4 - cranberry
{ cranberry < 1 || corn < 1:
    ~ bare_pantry = true
}
{ doors:
- one: Then the pantry. There's shelf paper with strawberries on it, and on the shelf paper {in_words(cranberry)} of cranberry sauce, jellied, and {in_words(corn)} of creamed corn.
- two: The pantry has been arranged by somebody with a label maker. Under CRANBERRY there's {in_words(cranberry)}, and under CORN, CREAM there's {in_words(corn)}. The label that says SOUP has nothing over it at all.
- else: She opens the pantry with a feeling she can't at first identify. It's suspense. And the answer is {in_words(cranberry)} of cranberry, and {in_words(corn)} of creamed corn.
}
{ cranberry:
- 1: And, at the back, pushed out of sight as if for shame, a can of peaches. She holds it against her chest for a second.
- 2: {doors > one:It's like being stalked.|It's Thanksgiving, minus everything.} Back of that are some votive candles, with saints on them, and a jug of water.
- else: And baking soda.
}

+ [Take the food. Eat it here, standing up. # careful]
    { doors:
    - one: She eats cranberry sauce out of the can with Mrs. Abelard's good spoon. It comes out all in one piece, with the rings on. It stands there, quivering. She tells it that it's not the boss of her.
    - two: She has the corn first, to get it over with. It tastes like something that was on its way to being corn and got talked out of it. She finishes every one.
    - else: She's thought about this, and has come to the conclusion that people buy it, at the one time of year, for company. Then the company doesn't come. It must be happening in every house in the country. There'd be enough of it to float a ship.
    }
    ~ restore(2)
+ [Leave the food. Take what he could use.]
    { doors:
    - one: She makes three trips: a card table, two chairs, and a lamp that wants oil and gets it. There are the good towels, that nobody ever dried a hand on. Tearing those for bandages, she apologizes out loud.
    - two: There are sheets with a thread count. There's rubbing alcohol, and a hot-water bottle in a knitted jacket. It hasn't any use, since he can't be warmed. She fills it at noon off the tar of the roof, and puts it at his feet.
    - else: She strips the spare bed and not the other one. There's a down quilt. There's a bathtub they filled with clean water before they decided, forty gallons of it, and she carries up every drop.
    }
    ~ mends(1)
    ~ tire(1)
    ~ stir()
+ { doors > two } [Take the cat.]
    It lets itself be picked up. That is the part she'll remember. It has been waiting for somebody to come and open a can.
    She does it on the stairs, quickly, with her back to the wall. He has it while it is warm. Afterward she washes the bowl with the name on it, and that's the bowl she uses, from then on.
    ~ drinks(1)
- ->->
