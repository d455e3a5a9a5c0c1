/*
    THE OTHER PAST

    Only read when `kept_in_contact` is set before the first line. She called. That is the one
    thing changed; the rest is people being who they are, and dice.

        trust 0..5     how much the phone carried
        Spike          he tells her, 1 + trust in 4
        Fred           they ask for her help, 1 + trust in 4; Willow in time, 1 in 2
        the plan       he lets her in, trust in 8, and 2 more if they asked before
        let in, she can talk him out of it (1 in 3, 2 in 3 if Fred lived) or stand in the alley

    Otherwise she dreams, as she would have, and leaves with less to pack. Every knot here is
    tagged so that nobody expects it to be read in the story as told.
*/

VAR trust = 0
VAR heard_of_spike = false
VAR asked_for_help = false
VAR let_in_on_the_plan = false
VAR war_averted = false
VAR fred_lives = false

=== the_telephone
# whatif
She is awake, with the phone warm against her ear. She'd kept calling. It started as birthdays. He never had anything to say on the phone. You could hear him being careful not to breathe, and then remembering that he didn't.

It was Giles who told her about the law firm, and Xander who told her about the parking space. So she had dialed.

+ [Ask him.]
    ~ trust = 1
    "Is it true?"
    "Yes," says Angel. A long way off, a long way up, there's an elevator. "It's not what it looks like."
    "What does it look like?"
    "It's exactly what it looks like," he says. "It's only that it's not all it is."
    Oddly enough, she sleeps.
+ [Talk about something else.]
    They talk about Dawn. They talk for nine minutes about whether you need to drain the pasta. When she hangs up she has a feeling in the back of her neck as if somebody had been just about to speak.
- { RANDOM(1, 4) <= 1 + trust:
    -> he_tells_her_about_spike
}
-> nobody_tells_her

=== he_tells_her_about_spike
~ heard_of_spike = true
~ trust = trust + 1
· · · # break # whatif

"There's something you ought to hear from me," he says, in November. She's on the stairs with her keys in her teeth. "It's Spike. He's here. He's not — I don't know what he is, he walks through the furniture. He asked me not to tell you."

"So you're telling me."

"He asked me in a certain way," says Angel.

She sits down on the stairs. There's a light on a timer, it goes out, and she lets it. After a bit, since neither of them can hang up, he tells her what's the matter with the furniture.
-> somebody_is_sick

=== nobody_tells_her
· · · # break # whatif

Nobody tells her anything, that fall. He calls in November, and gets as far as "There's something —" and then somebody on his end walks in without knocking. He says it'll keep.
-> somebody_is_sick

=== somebody_is_sick
{ RANDOM(1, 4) <= 1 + trust:
    -> they_ask_her
}
· · · # break # whatif

One of his people got sick that spring, and died of it, in a way. She hears about it in May. "You could have called," she says. "I did," says Angel. "I called Giles." The silence after that costs her about eleven dollars.
-> the_plan

=== they_ask_her
~ asked_for_help = true
· · · # break # whatif

"I need Willow," he says. There isn't any hello. She's never heard his voice with the lid off. "I've got a, there's a girl who works for me. She's dying. She is funny, Buffy. She's got a drawing of a bunny on her whiteboard. I'd go through Giles but he —"

"Forget Giles. She's in the Himalayas. I'll get her."

+ [Get Willow. Whatever it takes.]
    It takes fourteen calls, two of them in Tibetan. <>
    { RANDOM(1, 2) == 1:
        ~ fred_lives = true
        Willow's there by midnight, in snow boots, talking fast. In the morning there's a message on the machine, and it's a woman's voice, with Texas all through it, kind of a croak. "I don't know you," it says. "But I got told who to say thank you to."
    - else:
        Willow is there by noon. It was over by ten. "He never sat down," says Willow. "He just stood there holding her shoes." But she had come. They'd asked, and somebody had come.
        ~ trust = 2
    }
+ [Get Willow, and go herself.]
    They get there at noon, and it was over by ten. He's in the hall, standing up, with a pair of shoes in his hand. She's never once seen him look his age. She doesn't say a word. She goes and leans on the same wall. They stay like that for about an hour, shoulder to shoulder, like people waiting on a verdict.
    ~ trust = 3
- -> the_plan

=== the_plan
{ asked_for_help:
    ~ trust = trust + 2
}
{ RANDOM(1, 8) <= trust:
    -> let_in
}
~ trust = 0
~ fred_lives = false
· · · # break # whatif

He'd been calling Sundays. There's one when he doesn't, and one more when he does, and is so nice that she goes around all that week with her shoulders up. "Take care of yourself," he says, at the end. He's never said that. He says it as if he was reading it off of something.
-> the_other_dream

=== let_in
~ let_in_on_the_plan = true
~ trust = 0
· · · # break # whatif

"I'm going to do something," says Angel, "and I'd like somebody to know that it was on purpose."

He tells her. It doesn't take very long. There's a circle, and there are names in it. There's one night, and an alley. He's looked at it from every side, you can hear that, and there isn't an after in it anywhere.

"And you called me up," says Buffy slowly, "to tell me."

"I wasn't going to. I had it all planned out, how I wouldn't."

+ ["Don't. Find another way. I'll help you look."]
    { fred_lives:
        { RANDOM(1, 3) <= 2:
            -> averted
        }
    - else:
        { RANDOM(1, 3) == 1:
            -> averted
        }
    }
    He hears her out. He even argues. At the end he says she's probably right, so gently that she's halfway to the airport before she's found her other shoe.
    ~ fred_lives = false
    -> the_other_dream
+ ["Which alley?"]
    ~ fred_lives = false
    ~ late = 0
    There's a pause. And then, for the first time in, God, years, she hears him laugh.
    -> the_alley

=== averted
# whatif
# ending: averted
~ war_averted = true
~ together = true
~ angel_knows += she_came
~ fred_lives = false
There's another way. It isn't a good one. It takes eleven months, and four continents, and Willow's hair stays white. They take the circle apart one thorn at a time. Nobody stands in an alley. It never even rains.

He's at the gate in Rome with a suitcase, looking like somebody who expects to be told he's got the wrong flight.

"You came," says Angel.

"I live here," says Buffy. "You came. But I'd have come. I want you to know that. I'd have torn the place up."

"I know," he says. He does. It's all over his face. It's just about the only thing on it.

They take it slow. There's a clause, there always was. There's a terrace with two chairs, and they sit there, after dark, with a bottle between them. He tells her things. It's red, and it doesn't smell like anything but wine. Down in the street some woman is calling and calling for a cat, and it comes.
-> END

=== the_alley
· · · # break # whatif

It's raining. There's something coming down the alley that is the width of the alley. There are five of them, and somebody makes a joke, and she's pleased to say it's her.

{ heard_of_spike:
    "Took your time, Slayer," says the other coat, on her left. He doesn't look around. He puts out his hand, and she takes it, as you'd touch wood.
- else:
    And then the other coat turns around, on her left, with the rain running down its idiot face. "Surprise," says Spike. She's got about a second and a half to hit him, so she doesn't waste it.
}

{ RANDOM(1, 3) == 1:
    -> in_the_alley
}
She doesn't see how it ends. There's something with a wing. There's a hospital, where there's still a hospital: a ward in Pasadena with cots down the hall, and a nurse saying "three days"; and her left hand's burned clear to the wrist, and nobody knows by what. She saw him go up a fire escape. She'd seen that much. She signs herself out with the other hand.
~ late = 2
~ seen += (the_street, the_window)
~ salve = 1
~ hold = true
~ weak = 2
-> the_search

=== in_the_alley
# whatif
# ending: in_the_alley
~ buffy_lives = false
~ angel_lives = false
~ together = true
~ angel_knows += she_came
It goes all right for a while. It goes as it used to: it is like hearing a song.

She's got his back and he has hers. They were always good at this; you'd have thought, if you were to see them, that they must have practiced. When the dragon comes over, he looks up like a kid. "I've got that one," says Angel. He's happy. She'd know it anywhere; and she thinks, well, so that's what it takes; and something gets in under her arm.

There's a wet wall, with her back to it. He's there. "You came," he's saying. "You came, you came," like somebody who's been handed something too heavy for him, and he's still saying it, with his back turned to the whole alley, when they get to where he is.

In Rome the phone rings and rings. It's got to be for somebody.
-> END

=== the_other_dream
· · · # break # whatif

She dreams it, all the same. It's four in the morning. It's rain, an alley, a wall of something coming; and stairs.

But she's been sleeping in her shoes. She's got a bag by the door, and Willow has packed it. {let_in_on_the_plan:She knows the building across from it. He'd told her about the tooth.|She turns her head in time to see a sign.}
~ seen += the_street
~ salve = 2
~ hold = true

Then there's a room, and in the room there's something in the corner, and a door.

+ [Look in the corner.]
    It's got a mouth. She sees her other hand, quite calm, with a cross in it.
    ~ seen += the_mouth
+ [Look at the door.]
    Three raps. A young man's voice, as polite as a census.
    ~ seen += the_knock
- She's on a plane before anybody phones. She sits there over the Alps with a clear conscience and an enormous phone bill, and the plane doesn't go any faster.
-> the_flight

=== the_other_hand
{ heard_of_spike:
    So here it is. "Walks through the furniture," he'd said. He's not walking through anything now. # whatif
- else:
    It takes her a second. He was ash. She'd bought a dress. So that's what it was, she thinks, that would keep.
}
->->
