/*
    THE ROOM

    Lateness is spent here, once, and then forgotten:

        late 0..3   he was hungry when she came, and something in him had begun to mend
        late 4..5   hungry, and nothing had
        late 6      failing
*/

=== the_room
{ late > 5:
    ~ hunger = 1
}
{ late < 4:
    ~ mend = 1
}
~ together = true
· · · # break

Seventh floor. There are {late > 3:flies at the door. They don't go in.|no flies. It's the first thing she notices. They come as far as the door.} The door is not locked. It's hardly a door.

He dragged himself up a fire escape on what he had for hands, and in at the window, and across to the corner that was farthest from it; you can read the whole trip on the floor. Then he lay down among what he could catch. There are pigeons, and rats, and a thing that had a collar. They've been there {late > 3:long enough to have company|a few days}. He got what there was out of them, and then there weren't any more.

"Angel," she says.

There's the size of him, and there's the buzz. There is nothing else to go by. What's in the corner is burned the way driftwood is burned. It does not turn its head. It doesn't know there is anything to turn to.

Good. # thought

It shocks her, but there it is. She can see already what's going to have to be done here, and if he looked at her she couldn't do any of it. He would try to sit up. He would say something polite.

The animals come first. You can't so much as kneel.

+ [Out the window, one after another, seven floors.]
    They go a long way down. Each one makes a sound at the bottom, and the alley, which had been quiet, starts to pay attention.
    ~ stir()
+ [Down the stairs by the armload, and into the dumpster. # careful]
    It's four trips, seven floors, and nothing in the city is the wiser. On the last she has to sit down on the third landing for a time, next to the stroller, with a collar in her hand. The tag says BISCUIT. There is a phone number.
    ~ tire(1)

- Then she throws up, neatly, in a planter. Then she goes to see who on this floor owned a broom.

The one she finds is in 7C, MRS. R. ABELARD on the mail, along with a good spoon and a mixing bowl, and she gets them with her eyes kept on the floor. There's a mattress in 7A, still in its plastic, as if somebody had been about to start over. There's a kitchen chair. There are men's shirts, folded. By the time the light goes she has swept the floor, scrubbed it, and swept it again, and nailed a stranger's bedspread over the window with a stranger's forks. He lies on the clean mattress in the middle of the clean boards like something that washed up, and somebody called the museum.

It will not occur to her, then or after, to take him somewhere better. He chose this place. {late > 3:Out of all that city it was the one thing he'd been able to choose.|You could see how hard he'd chosen it.}

~ late = 0
~ daylight = true
· · · # break

Morning, or brown anyway. There's one day before he has to be fed, and it will hold one thing properly done.

{look_at_her()}

+ [See to his feet. # careful]
    -> the_feet ->
    -> nightfall
+ [See what the neighbors left.]
    -> a_door ->
    -> nightfall
+ { weak > 0 } [Lie down on the boards and sleep. # careful]
    She lies down on the floor with her jacket under her head, an arm's length off, and doesn't so much fall asleep as get switched off at the wall.
    ~ restore(1)
    ~ did = slept
    -> nightfall
+ [Sit with him. Just that.]
    She sits against the wall with her knees up and looks at him until the light goes. It isn't medicine. It isn't anything. But it's been a long time, and nobody's asking her to say what she's thinking.
    ~ did = sat_up
    -> nearer ->
    -> nightfall
