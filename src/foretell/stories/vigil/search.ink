/*
    THE SEARCH

    `late` is the clock: every pass through `the_search` loses a day except the one that finds
    the building, and at seven there is nothing left to find. What she knows shortens it: nothing,
    the street, or the street and the window.

                          by day    by night
        nothing           1 in 3    1 in 2, and the dark may have its share
        the street        1 in 2    2 in 3
        and the window    5 in 6    5 in 6
*/

=== function finds_it(in_the_dark)
{
- seen ? the_window:
    ~ return RANDOM(1, 6) <= 5
- seen ? the_street:
    { in_the_dark:
        ~ return RANDOM(1, 3) <= 2
    }
    ~ return RANDOM(1, 2) <= 1
- else:
    { in_the_dark:
        ~ return RANDOM(1, 2) <= 1
    }
    ~ return RANDOM(1, 3) <= 1
}

=== the_search
{ late > 6:
    -> too_late
}
· · · # break

{ late:
- 0: She has been in Los Angeles for an hour. It looks like Los Angeles with the sound off.
- 1: The haze is the color of weak tea and it has a grain to it, and the grain is what the buildings were. Everyone left wears something over the mouth. It gives them all the same eyes.
- 2: She sleeps under a pool table in Koreatown. In the night something walks the length of the bar overhead, on a great many feet, and puts a coin in the jukebox. There isn't any power. It waits, and after a while it goes away.
- 3: She's begun to navigate by what is on fire. Hollywood is. Mid-City was.
- 4: A man in a bathrobe waters his lawn with an empty hose, back and forth, thoroughly. "Any day now," he tells her. She says she hopes so.
- 5: There's a buzz she gets, under the ribs, on the left. It's how she always knew. She has stood on forty corners with her eyes shut, waiting for it, like somebody trying to get one bar.
- else: It has been too many days. She knows what he is like after one bad night. She keeps not doing the arithmetic, and the arithmetic keeps getting done.
}
{ seen ? the_street:
    Somewhere there's an alley, and across from it a neon tooth.
- else:
    Somewhere there's an alley. It is a city of alleys. They put the streets in later.
}
{ weak > 1: She has taken to counting curbs, as things she has to lift her feet for.}

+ [Go by daylight, block by block, and miss nothing. # careful]
    -> by_daylight
+ [Go by night, with her eyes shut, and feel for him. # reckless]
    -> by_night
+ { weak > 0 } [Find a floor and sleep. # careful]
    There's a mattress store on Western with its window out, and forty beds. She tries nine. It's the best sleep she has had since Rome, and it takes the whole of a day he may not have.
    ~ late = late + 1
    ~ restore(2)
    -> the_search
+ { seen !? the_street } [Stop for the people calling from under the carport.]
    -> the_carport

=== by_daylight
{ finds_it(false):
    -> the_sidewalk
}
~ late = late + 1
{
- late < 3: She does it like a grid on a map, north, south, north, and chalks the curbs. By dark she has eliminated a place the size of Sunnydale. Well. The size that Sunnydale used to be.
- late < 5: All day, and what she learns is that there are nineteen dentists between Vermont and La Brea, and four of them claim to be painless, and none is across from anything.
- else: She comes to a curb with chalk on it. It is her own.
}
-> the_search

=== by_night
{ finds_it(true):
    -> the_sidewalk
}
~ late = late + 1
{ RANDOM(1, 3) == 1:
    ~ tire(1)
    { weak < 3:
        For a moment on Sixth Street she has it, the buzz, and turns her whole face into it; and while she stands there like a sunflower, something with a mouth in its palm shakes her by the hand. She wins. It takes some winning.
    - else:
        She loses most of that night under a parked car, holding her side, while a pair of cloven feet goes patiently around and around it.
    }
- else:
    { late < 4:
        Nothing. A flicker near the park, but it was only a nest of the usual kind, fat and stupid with good times. She leaves them on the wind and goes on.
    - else:
        Twice she feels him. Twice it's her own heart, going too hard, and she has to lean on something until it is done pretending.
    }
}
-> the_search

=== the_carport
She means to go by. She gets as far as the next driveway.
It is a grandmother, two boys and a dog, under a slab with a Volvo on it. It's a day's work with a jack and a bedpost. When the last of them is out the old lady takes hold of Buffy's face with both her dirty hands, and looks at it, and asks her something in Armenian.
"She says who are you looking for," says the bigger boy.
"A building. There's an alley across from it. Something bad."
"Where the birds don't sit," the boy says. "By the tooth." He points. He says it as if everyone knew.
~ late = late + 1
~ seen += the_street
-> the_search

=== the_sidewalk
· · · # break

{ seen ? the_street:
    PAINLESS, says the tooth.
    {late < 4:It is lit, exactly as it was. There can't be any power on this block. It's just that somebody wanted her to see it.|It's dark now. Somebody has put a brick through it. She would know it anywhere.}
- else:
    It doesn't look like anything. It is an apartment house with a dentist in it, across from an alley where the asphalt has run like wax and set again. She would have gone straight past, but between one step and the next something under her ribs sits up and says "oh".
}
~ seen -= (the_street, the_window)

There it is, under the ribs, on the left. It's thin as a radio in another apartment. So there is somebody up there, or there's most of somebody.

{ weak > 1: She puts her hand on a parking meter. It has an hour left on it.}

Nobody knows she's here. She's been too busy to notice that, and it walks up to her now like a salesman. She could turn around on this sidewalk. Nobody would ever find out. And he wouldn't come looking. It's the one thing you could say for him as an ex. He would never, ever come looking.

+ [Turn around. # leave]
    -> turned_back
+ [Sit down on the curb until her legs come back.]
    ~ late = late + 1
    ~ restore(1)
    She sits on the curb between a mailbox and a shoe, just to get her breath. It gets dark. It starts to get light, and the thing under her ribs has gotten fainter, by about as much as a candle does in an hour. Nothing has been settled. But there's a rail under her hand. Her body, which has never once asked her opinion, is already on the stairs.
    -> the_room
+ [Decide.]
    She's still deciding. She is really weighing it. It's just that her hand is on a rail, and there is a landing under her feet with a stroller on it, and then another landing, and her body, which has never once asked her opinion, is already on the stairs.
    -> the_room
