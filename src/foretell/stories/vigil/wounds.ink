/*
    THE WOUNDS

    debris counts what his flesh has closed over: 2 nothing has been cut out, 1 the feet are done,
    0 all of it. Whatever is left when the second week begins he keeps; `grown_over` in
    nights.ink collects on it. Each session costs her a day's sleep.
*/

=== the_feet
~ tire(1)
~ did = cut_him
{ debris < 2:
    -> the_rest ->
    ->->
}
~ debris = 1
· · · # break

She starts at the far end of him, like a coward.

She sits cross-legged and takes his bare feet into her lap. She's known this man since she was sixteen. She's killed him, and it's gone the other way too, and she has never held his feet. They're long. They're a mess. He'd run half the city on them with the soles gone, and then, because healing is stupid and doesn't wait to be asked, they had healed: closed right over gravel and safety glass and something that turns out to be most of a bottle cap.

So it has to be opened again.

She has Mrs. Abelard's paring knife, and a candle, and a mixing bowl. You have to go in flat. You feel for the grate of it, like a bone in fish. The first piece rings in the bowl as if she had won something.

She thinks he'll scream. She's got a dish towel ready. But he just lies there and lets her, and around the twentieth piece she discovers that she is angry, that she would give a lot for one good scream.

She cuts off what there is of his clothes and washes what's under them, in cold water out of other people's toilet tanks. She changes it every time it looks like soup.

And on his chest, over where it would be, is the brand.

It's as big as her palm, a circle with thorns to it. Everything else on him is trying to heal, however stupidly. That isn't. The skin around it has gone fine and loose, like an old man's. He spent a hundred years in Hell once, in the course of one bad summer, and it never put a line on him. This has put ten on him since Tuesday.

{ salve > 1:
    She opens the jar. "Use it thick," Willow said. "You always save things."
- else:
    She opens the little pot. There's enough for once, maybe, if once is thick.
}

+ [Lay it on, thick. # careful]
    -> poultice ->
+ [Save it. He's going to look worse before this is over.]
    She screws the lid down. She always saves things.
- { salve > 1:
    ~ salve = 1
}
->->

=== the_rest
~ debris = 0
· · · # break

{mend < 2:The hands are worse, because of what hands are for. He'd gone up a fire escape on them. There are flakes of rust in there as long as her fingernail, laid in like shingles.|The hands have nearly closed. He has got palms now, smooth as a doll's, with the rust of seven flights laid up inside them like shingles. She looks at how well they're healing. Then she picks up the knife.}

Then the back. There's a whole windshield in it, in a fan. Somebody seems to have thrown a car at him. Knowing him, he threw it first.

By the time it's too dark to see she's doing it by touch, one palm flat on his back to feel where it's hot. She knows this back. She could have drawn the bird on it. There's just enough left to say where the bird was.

{weak > 2:Twice the knife slips. Neither of them makes a sound.|The bowl, when she carries it to the window, is so heavy that she looks inside to see what else is in it.}
->->

=== poultice
~ salve = salve - 1
~ mends(1)
It smells of sheep and rosemary and very faintly of licorice. She warms it in her palm and lays it on the brand, and holds it there, because the coven said to. Under her hand, where no heart is, something that was clenched lets go by about one notch.
{ salve > 0:
    There's some left. Not what you would call a lot.
- else:
    That's the pot. She wipes the inside of it with her finger, and then, because there's nowhere better to put it, she runs the finger along his eyebrow.
}
->->
