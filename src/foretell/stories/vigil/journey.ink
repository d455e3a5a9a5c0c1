/*
    THE JOURNEY

    London decides two things at once, and they are remembered together:

        what she says            hold   salve   what it costs
        a lie: "one week"           yes    1     a day, and Willow believes her
        the truth: "till it's over" no     2     a day, and Willow is afraid
        nothing: she runs           no     1     no day, and not a word to anyone
*/

=== heathrow
· · · # break

At Heathrow there is a gate change, and forty minutes, and past the glass, in Arrivals, holding up a sign that says BUFFY, in case of other Buffys, there is Willow.

Of course there is. Willow felt it too. She has a jar under one arm, wrapped in a dish towel, and she has been crying, and she has fixed her face.

If she goes out through that glass she will not make the flight. There isn't another until tomorrow.

+ [Go out to her.]
    ~ late = late + 1
    -> willow_at_the_barrier
+ [Run for the gate.]
    She runs. She does it without looking back, so that later she can tell herself Willow might not have seen.
    In her bag there is half a tin of the stuff the coven sent to Rome last winter, for what she'd told them were shin splints. It will have to be enough. Nobody in the world knows where she is going except everyone who has ever met her, and Willow will have to lie to them without a script.
    ~ salve = 1
    -> the_flight

=== willow_at_the_barrier
They hold on to each other next to a rack of novelty shortbread.

"For burns," Willow says, about the jar, into her hair. "And for, um. For marks. The coven says if it's the mark they think it is, it isn't a burn, it's a, a calendar. It puts years in." She steps back. "They all want to come. Xander's got a bag packed. Giles is pretending he doesn't. Faith's stolen something with a winch."

"No."

"I said you'd say that. I can tell them you're dead, or lost, or in Cleveland. I can keep them off you a while. But I have to know a while till when."

+ ["A week. I'll call you in a week." # careful]
    It comes out smooth as a credit card. Willow's whole face unlocks. She believes it, and what a witch believes, she can make other people believe.
    "A week," says Willow. "I can do a week standing on my head." She spoons half the jar into an old face-cream pot, since a week is not so long, and keeps the rest for whoever comes home from the other thing.
    ~ hold = true
    ~ salve = 1
+ ["Until it's over. I won't be calling."]
    Willow takes that the way you take a box that is heavier than it looked.
    "Okay," she says. "Then I won't be lying so much as, as stalling. I'm not so good at it when I'm scared." She pushes the whole jar into Buffy's arms, dish towel and all. "Use it thick. Don't save it. You always save things."
    ~ salve = 2

- They spend the night on a bench with their feet on the same suitcase. In the morning she gets on a plane with something between her knees that smells of sheep and rosemary, and two separate passengers ask to be moved.
-> the_flight

=== the_flight
· · · # break

Eleven hours, and then the captain's voice with all the expression pressed out of it.

They are eight minutes from Los Angeles. From the left side of the aircraft you can see it. You can see the smoke, anyway, standing over it like a second, larger city, with lights moving around inside.

They are not going to Los Angeles. They are going to Ontario.

Ontario, California. It's to Ontario what Rome, New York is to Rome. # thought

-> the_parking_lot

=== the_parking_lot
· · · # break

The airport has one terminal, a closed Carl's Jr., and a parking lot full of people pointing their phones at the western sky. She is between a minivan and a Dodge Ram when her left hand bursts into flame.

{
- kept_in_contact:
    -> the_other_hand ->
- seen ? the_fire:
    She has been holding it a little away from her body since Rome. So it's you, she thinks. So it was you in the coat.
- else:
    There was a hand in hers once, in a cavern, with the roof coming down, and it burned just like this. But that was a year ago. He was ash. You can't burn twice.
    Evidently you can. Evidently he's been walking around for a year, and nobody thought to mention it.
}

It's Spike. It's his soul, going out the way it went the first time, only more so. He is fighting something and he's losing, and he is having the time of his death.

A woman with a toddler on her hip says, "Ma'am. Ma'am. You're on fire."

Buffy smiles at her. She can't help it. He would have loved the "ma'am."

+ [Close her fist on it. Stay with him to the end.]
    She shuts her hand on the flame and goes down with him. Rain. An alley with a wall of it coming on. {seen ? the_fire: She knows enough, this time, to look where he is looking.|It hurts exactly as much as it should have the first time.} He isn't looking at what kills him. He is looking up past it at a fire escape, seven rows of windows, a lit-up tooth, and a dark shape hauling itself from rung to rung, and he is laughing because the big idiot, the tall one, is going to make it.
    "Well, go on, then," he says, to one of them. And goes out.
    { seen ? the_street:
        Seven floors, then, and the window on the left. She will know it again.
        ~ seen += the_window
    - else:
        ~ seen += the_street
    }
    { seen !? the_fire:
        When she opens the hand it is wet. It'll take her weight in a day or two.
        ~ tire(1)
    - else:
        When she opens the hand there's hardly a mark.
    }
+ [Put it out, against her jeans, and walk.]
    There are people looking. She slaps it dead against her thigh, once, twice, like killing a wasp, and walks off between the cars. Behind her a man says that it was probably a phone. They do that.
    She has put him out. That is how it will come back to her, at odd hours: that he was holding on, and she put him out.
    The hand is fine. There's nothing wrong with it at all.

- ~ seen -= the_fire
For weeks, on and off, it will tingle, the way a foot does when it's coming back to life.
-> the_road_in

=== the_road_in
· · · # break

It's fifty miles. The freeways run one way now, and that is out.

+ [Walk the railroad tracks. Nobody else is using them.]
    Two days of gravel and weeds. She sleeps in a switchman's shed with her knees up. Nothing bothers her but crows. By the second evening the haze has closed over the sun and her spit is gray, but she has eaten a stranger's abandoned picnic, and she feels like a million lire.
    ~ late = late + 2
    ~ restore(1)
+ [Ride in with a fire crew out of Fontana.]
    They are volunteers, they have been up for three days, and they take her without asking because she can lift the end of anything. <>
    { RANDOM(1, 3) == 1:
        At Pomona the overpass is down and there is a minibus under it. You can't ride on a fire truck and then say that you are in a hurry. It takes a day and a night. They get five out. Nobody says how many were in it.
        ~ late = late + 2
        ~ tire(1)
    - else:
        They let her off where the hydrants go dry. The captain, a dental assistant named Marisol, gives her half a ham sandwich and an ax. The ax she gives back.
        ~ late = late + 1
    }
+ [Steal the motorcycle. # reckless]
    There's one with the key in it outside the Carl's Jr. Faith would be so proud. She takes it up the wrong side of the 10 against four lanes of people leaving, with her jacket over her mouth. <>
    { RANDOM(1, 2) == 1:
        She gets as far as Boyle Heights before something lies down across the road that she takes, at first, for the road. The bike stops. She doesn't, for about thirty feet.
        ~ tire(2)
    - else:
        She is in the city by dark with bugs in her teeth.
    }
- -> the_search
