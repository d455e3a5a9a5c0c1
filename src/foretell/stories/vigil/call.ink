/*
    THE CALL, AND THE LAST NIGHT

    From the call on there is one day and one night, and Nina. What still matters: weak, hunger,
    mend, near, salve, and what is left behind for him to find.
*/

=== the_call
· · · # break
There's a telephone at the relief station, in a tent, on a card table, with a line of people who each get three minutes. She gets in line. A man ahead of her is saying "no, the other one's fine. No. No, the other one."

She could go home. She could say she'd stood in line, and they had run out of phone. # thought

The first ring isn't finished.

"Where are you," says Willow. "No. Don't tell me. If you tell me then I know it. Are you eating?"

"Corn," says Buffy.

{ not hold:
    "I told them you were in a nunnery. I said there's a vow. I can't keep it up. I can't, I'm sorry. Giles is only being Giles, but Xander's found out which airport. He's in the car, Buffy, he's got the engine on."
- else:
    "I've said you're dead, and I've said you're in Tibet. I've said it so well that we had kind of a service. Faith spoke. I don't know how much more of it I've got in me. It's like holding your arms up."
}

So she asks what she ought to ask. Dawn's furious and has an A in Latin. Giles isn't sleeping. The new girls, the ones who were out here, came home with something gone from their faces, and they won't say. She answers what she ought to answer. It takes two of the three minutes, and neither one of them has said his name.

"Will. There was a girl that he was seeing. Last year."

It's very quiet on the line. "Nina," says Willow. "She got out before. She's in, hang on. I did a locator on everybody, I did it the first night, I needed there to be somebody." Paper. "Have you got a pen?"

She writes it on the bandage.

+ [Dial it. Now, before she's put the receiver down. # call]
    -> nina_on_the_phone
+ [Give up her place in line. Tomorrow. It'll keep until tomorrow.]
    "Ma'am, do you need another three?" says the girl with the clipboard. And there's a line. There are all these people.
    It's on her wrist, it isn't going anywhere. She goes back up the stairs to him with her sleeve pulled down over it. She has bought herself a day, and she's spent his supper on it, and she's the only one who'll ever see the receipt.
    -> one_more_day

=== one_more_day
{ near > 3:
    -> hold_him ->
- else:
    -> sit_up ->
}
-> dawn

=== nina_on_the_phone
~ nina_called = true
~ night = 0
~ loud = false
~ hold = false
It rings long enough for her to change her mind eleven times.

"Hello?" It's a nice voice. It would be.

"You don't know me," says Buffy. "He's alive."

There's a noise as if someone has sat down where there wasn't a chair.

She gives the street, and the floor. She tells her about the light, and the stairs. She says animals, it's only been animals, you will have to keep that up; and how far to stay back at first; and that his feet are better than they look. She hears herself tell a strange woman that he likes to be told what time it is. She'd never known she knew that.

"I can be there by tomorrow night," Nina says. "I have to, there's a moon coming, I'll have to drive like crazy. Who is this?"

+ ["A friend of his."]
    "A friend of his," Buffy says. You could call it that. It is what you say to the nurse.
    "He didn't have so many left," says Nina. She lets it go by. She has, it seems, some practice in not asking.
+ ["Buffy."]
    It's just that nobody's asked her in so long.
    There's a breath. "Oh," says Nina. And then, since she is, damn it, nice: "He said your name, you know. Not to me. He'd be asleep." 
    ~ nina_knows += who_called
- The clipboard girl is tapping her watch. That's her three minutes.
-> last_day

=== last_day
~ daylight = true
· · · # break

So there's a day. They give you them, and you think that they're all the same size.

{ mend > 2:
    She sits beside him. There is hardly anything left for her to do. She has, God help her, trimmed his hair. With the gray showing he looks like somebody's well-off uncle, who drinks.
- else:
    { mend > 1:
        He'll do. She goes over him like somebody about to return a rental. The face is a face. The hands will close. The rest has got to come from somewhere, and it won't be her.
    - else:
        It isn't enough. She goes over him and over him, and it isn't enough. He's no more ready to be moved than a soufflé. Another week. Any idiot could see that he wanted another week.
    }
}

{ salve > 0:
    There's the last of the jar.
}

+ { salve > 0 } [Use the last of it. # careful]
    -> poultice ->
    ~ salve = 0
+ [Scrub the floor. She won't have it said.]
    She scrubs it, on her knees, from the window to the door, and then she scrubs where she knelt. Whoever comes in here tomorrow is going to think that he was looked after by a cleaning service.
    ~ salve = 0
    ~ tire(1)
+ [Lie down by him in the daylight, just to sleep.]
    She sleeps like the dead, that is, beside them. When she wakes up it's dusk and he has turned over. He's facing her. His eyes are shut. He has the look of someone about to be introduced.
    ~ restore(2)
    ~ salve = 0
    { near < 4:
        ~ near = near + 1
    }
- -> last_night

=== last_night
~ daylight = false
~ nights_waited = nights_waited + 1
· · · # break

The last night she doesn't go out. There's no one screaming. The moon gets in around the edge of the bedspread, and goes across the floor like someone looking for an earring. It reaches his hand, and she finds that she has moved the hand.

He'll have to have something in him for the road. She knows what there is.

+ [Her wrist, once more.]
    -> the_last_feeding
+ [What's left in the bowl.]
    It's cold, and it's rat, and there isn't a lot. He takes it and turns his face away, like a child who's been promised something. {hunger > 1:It isn't going to be enough.|It's going to have to be enough.}
    ~ blood = 0
    { hunger > 1:
        ~ mends(-1)
    }
    ~ hunger = 0
    -> what_she_leaves

=== the_last_feeding
She said no more of that. She did say it.
She sits up against the wall with him between her knees, and his back to her front, like kids on a sled. She doesn't tie it off. The cross is on its nail across the room. She looks at it there and leaves it there.
It isn't like the others. He doesn't grab. He drinks as he'd drink if you held him a glass. She puts her cheek down on the top of his head. The lights start to go out along the hall, one, and one; and she thinks, I'll count ten. I'll only count to ten.
~ wound(2)
~ drinks(3)
~ mends(1)
At seven he lets go.
Nobody made him. She has her arm out, still, with it running down, and he has let go of it and turned his head into her elbow. He's smiling. He's dead asleep. There's blood on his teeth.
"Buffy," he says.
It's just as you would say it to someone who's come in, when you had known they were going to.
She waits, but there isn't any more. It was only that.
-> what_she_leaves

=== what_she_leaves
· · · # break
{ stirring() > 1:
    { RANDOM(1, 3) == 1:
        -> he_wakes
    }
}
It's an hour or so till light. She gets herself out from under him an inch at a time. Then she goes around the room picking up whatever is her. It's not a lot. It's a jacket and a toothbrush. It is a hair, and another hair.

The cross is the last thing. It was his to begin with, he hung it on her when she was sixteen and told her she would need it.

+ [Take it. # careful]
    She puts it on. It's cold, and then it isn't.
    -> the_closed_door
+ [Leave it on the chair, where he will see it first thing.]
    She isn't leaving a note. A note would be cheating. She sets it down on the seat of the chair, with the chain poured into a little heap, the way you would leave a key.
    ~ angel_knows += she_came
    -> the_closed_door
+ [Lie down again. Five minutes. # reckless]
    She's got her jacket on. She only means to be warm for the walk. He's moved over to make room for her, in his sleep, like anybody's husband.
    { mend < 2:
        -> not_enough
    }
    -> he_wakes

=== the_closed_door
~ together = false
· · · # break
She pulls it to behind her till it clicks. She sits down on the hall carpet with her back against it.

It's getting gray. To have something to do she goes over the doors in her head, this floor and the one below, and how many of them have a green X. It comes to {green}. This makes {green}, and one. There's still some paint. It would be a way of saying it.

She doesn't cry. It isn't that she's being brave. She goes and looks, and there's none there.

{ dying():
    -> by_the_door
}
{ mend < 2:
    -> not_enough
}
{ RANDOM(1, 2) == 1:
    It's only just light when there are feet on the stairs, quick, in sneakers. She drove all night. You can hear it in how she takes the landings.
- else:
    All the day goes by that way. The sun comes in at the end of the hall, looks around, and leaves. She has nothing to eat, and doesn't want it; on the other side of the door there's one time that he says something, in a question's voice, and she puts the back of her hand in her mouth. It's past dusk when there are feet on the stairs.
    ~ tire(1)
}
~ nina_here = true
~ nina_knows += where_they_are

She's small. Nobody'd told her that. She's small, and blond, and all in from the road. She has a cooler in one hand, like somebody going to the beach. {nina_knows ? who_called:They look each other over. It's a bit like a mirror in a store, where they have done something to the light.|She looks at the bandage, and at the face, and back at the bandage. It doesn't take her long.}

"Is he," Nina says.

"He's asleep." Buffy gets up. It's done in installments. "He doesn't know that anybody was here."

+ ["So nobody was." # careful]
    "So nobody was," says Buffy. "You got a call from someone at the relief tent. You found him this way."
    Nina looks at her for quite some time. "He'll smell you," she says. "I can smell you. You're all over this hall."
    "Then open a window."
    There's a way that women have of nodding who've been left with things. "Okay," says Nina.
    ~ nina_knows += she_came
    { angel_knows ? she_came:
        -> the_cross
    }
    -> rome
+ [Give her the spoon, and go down the stairs.]
    There are any number of things you'd ask a person in that position. She finds she's holding Mrs. Abelard's good spoon, so she gives her that, and goes by.
    Four floors down she hears the door, and Nina's voice, being careful. She's out on the sidewalk before there could be another one.
    ~ nina_knows += she_came
    { angel_knows ? she_came:
        -> the_cross
    }
    ~ angel_knows += she_came
    -> he_is_told
