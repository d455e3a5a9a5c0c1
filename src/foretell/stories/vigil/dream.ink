/*
    THE DREAM

    She may turn her head twice: once in the street, once in the room. What she saw she carries
    until it comes true, and then she puts it down (see `seen`). The first pair is spent by the
    time she reaches the door; the second waits for the vein, or for the soldiers.
*/

=== the_dream
She is asleep, which she will hold against herself later.

First there is rain. Then there is an alley, and something is coming down it that is the width of the alley. Four of them stand in the rain with their backs to her. One is holding himself shut with his hand. Somebody makes a joke. Somebody always does.

They are outnumbered the way a candle is outnumbered.

She knows the coat on the tall one. She knows the other coat, too, and that one burned a year ago with its owner inside, so she puts it down to the dream.

Then there are stairs, and a great many women are climbing them in the dark with one hand on the rail, and all of them are her. She looks for the ones coming down again. There are {how_many("its_done")}.

These dreams have house rules. You can't run in them and you can't shout. But you can turn your head, if you are quick, and she has had a lot of practice being quick.

* [Turn toward the rain.]
    She turns. Across from the alley's mouth is the front of a building: a fire escape, seven rows of windows, and over the ground floor a neon tooth the size of a child, with one word lit beneath it. PAINLESS. It's the only light on the block. It flickers. It is trying to tell her something, and what it is telling her is dentistry.
    ~ seen += the_street
* [Look down at her own left hand.]
    It is on fire. It ought to hurt more than it does. There is another hand inside it, and a laugh somewhere close, a big delighted barroom laugh with blood in it, and the hand does not let go of hers and does not let go of hers.
    ~ seen += the_fire

- And then the seventh floor, and a room, and a smell. It isn't rot. It is what comes after, the smell of a grate when the fire has been out for days.

There is something in the corner. There is also a door.

* [Look in the corner.]
    It has no face to speak of. It has a mouth, though, and the mouth is on her wrist, and she sees quite clearly that it is not going to stop. She sees her other hand, too. Her other hand is very calm. There is a small silver cross in it.
    ~ seen += the_mouth
* [Look at the door.]
    Knuckles, on the far side. Three raps, and a young man's voice, polite as a census. "Anybody home?" Behind him on the stairs are a great many boots trying not to sound like boots. She is on the wrong side of the door, with something too heavy in her arms.
    ~ seen += the_knock

- Then she is sitting up, and the room is Rome.

The man beside her puts out an arm without waking and finds the warm place where she was. She watches him find it. She has her shoes on.

On the refrigerator, under the magnet shaped like a slice of pizza, she leaves a note: L.A. Not a vacation. Eat something green. Dawn will read it at seven and start yelling at an empty kitchen. She is on a plane before anybody phones.

· · · # break

It was Giles who had told her. He'd been reasonable about it, which was how she knew how bad he thought it was. Xander hadn't been reasonable, and that was almost better. An evil law firm, Buff. His name on the door. He's got a parking space.

Everything she knew of him, she knew in the back of her neck, and the back of her neck had said no. She let them talk her out of her own neck. Because if it was true she could stop looking west; and once she could stop looking west, you wouldn't believe how easy it got to buy curtains.

Somewhere over the mountains she asks herself the questions, in order, as if there would be a quiz.

If I'd called. If I had just kept calling, birthdays, bad dreams. Would he have told me what he was going to do? # thought

Would I have heard about whoever is wearing that coat? # thought

Would they have asked me for help? Would it have had to happen at all? # thought

Or would I be sitting right here over these same damn Alps, too late, with a better phone bill? # thought

The seat-back screen shows a small white plane that does not appear to move.
-> heathrow
