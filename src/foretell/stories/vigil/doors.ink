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
    7C is Mrs. Abelard. She's been in here once already, for the broom, looking at the floor. This time she looks. Mrs. Abelard is in the armchair with an afghan over her knees and the dead television in front of her. She was too old for the stairs, and somebody was coming back for her, you could tell. She'd put on lipstick.
    Under the sink there's a stencil, for a mailbox she never got around to, and a can of spray paint. It's green. It's the only one in the building.
- two:
    7A had a name on the bell, but the rain got it. She was in and out of here for the mattress and never knew there was anybody home.
    He's in the bathroom. There's a walker folded up against the tub. He'd gotten himself all the way in there, and shut the door, and sat down on the edge to wait for it to be over. She doesn't think anything got in. She thinks it just wasn't over for too long.
- else:
    6B is one flight down, where she'd rather not have gone. There are two in this one. They're on top of the covers with their shoes off, holding hands, and there's a glass on each nightstand, and there's a note, which is not addressed to her.
    By the front door is a bowl with a name on it. The cat looks at her from on top of the refrigerator. It's a gray, rangy, unsentimental animal, and it's been managing.
}
-> the_pantry ->
{ doors:
- one: She closes the door on the old lady very gently and stands in the hall shaking the can, which makes a terrific racket. Then she puts an X on the door, as tall as she can reach. Whoever comes will know there's somebody. They'll know somebody knew.
- two: She sprays the X. The green has run on the other one. It looks like something growing.
- else: The can has started to spit. She makes this X smaller.
}
->->

=== the_pantry
~ temp cranberry = RANDOM(1, 3)
~ temp corn = 4 - cranberry
{ cranberry < 1 || corn < 1:
    ~ bare_pantry = true
}
{ doors:
- one: Then the pantry. There's shelf paper with strawberries on it, and on the strawberries {in_words(cranberry)} of cranberry sauce, jellied, and {in_words(corn)} of creamed corn.
- two: The pantry has been arranged by somebody with a label maker. Over CRANBERRY there's {in_words(cranberry)}, and over CORN, CREAM there's {in_words(corn)}. There's nothing over SOUP at all.
- else: She opens the pantry with a feeling she can't identify at first. It's suspense. And the answer is {in_words(cranberry)} of cranberry, and {in_words(corn)} of creamed corn.
}
{ cranberry:
- 1: And at the back, pushed out of sight as if they were ashamed of it, a can of peaches. She holds it against her chest for a second.
- 2: {doors > one:It's like being stalked.|It's Thanksgiving, minus everything.} Behind that there are candles, with saints on them, and a jug of water.
- else: And baking soda.
}

+ [Take the food. Eat it here, standing up. # careful]
    { doors:
    - one: She eats cranberry sauce out of the can with Mrs. Abelard's good spoon. It comes out all in one piece, with the rings on. It stands there and quivers. She tells it that it's not the boss of her.
    - two: She has the corn first, to get it over with. It tastes like something that was on its way to being corn and got talked out of it. She scrapes the can.
    - else: She has thought about this, and what she thinks is that people buy it once a year for company. Then the company doesn't come. It must be happening in every house in the country. There must be enough of it to float a ship.
    }
    ~ restore(2)
    ~ did = a_can
+ [Leave the food. Take what he could use.]
    { doors:
    - one: It takes three loud trips: a card table, two chairs, a lamp with oil in it. There are good towels that nobody ever dried a hand on. She tears them up for bandages, and apologizes out loud.
    - two: Sheets with a thread count. Rubbing alcohol. A hot-water bottle in a knitted jacket, which is ridiculous, nothing's going to warm him. She leaves it on the roof till noon and puts it at his feet.
    - else: She strips the spare bed and not the other one. There's a down quilt. There's a bathtub they filled with clean water, before they decided, and she carries up every bucket of it.
    }
    ~ mends(1)
    ~ tire(1)
    ~ stir()
    ~ did = his_things
+ { doors > two } [Take the cat.]
    It lets itself be picked up. That's the part she'll remember. It's been waiting for somebody to come and open a can.
    She does it on the stairs, quickly, with her back to the wall. He has it while it's warm. Afterward she washes the bowl with the name on it, and that's the bowl she uses from then on.
    ~ drinks(1)
- ->->
