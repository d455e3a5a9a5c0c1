/*
    THE CALL, AND THE LAST NIGHT

    From the call on there is one day and one night, and Nina. What still matters: weak, hunger,
    mend, near, salve, and what is left behind for him to find.
*/

=== the_call
· · · # break
There's a telephone at the relief station, in a tent, on a card table. You get three minutes. The man ahead of her is saying, "No, the other one's fine. No. No, the other one."

I could go back up. I could say they ran out of phone. # thought

It doesn't finish the first ring.

"Where are you," says Willow. "No. Don't tell me. If you tell me then I know it. Are you eating?"

"Corn," says Buffy.

{ not hold:
    "I told them you were in a nunnery. I said there's a vow. I can't keep it up. I can't, I'm sorry. Giles is only being Giles, but Xander's found out which airport. He's in the car, Buffy, he's got the engine on."
- else:
    "I've said you're dead, and I've said you're in Tibet. I've said it so well that we had kind of a service. Faith spoke. I don't know how much more of it I've got in me. It's like holding your arms up."
}

So she asks everything she should. Dawn's furious, and has an A in Latin. Giles isn't sleeping. The girls who were out here came home with something gone from their faces, and they won't say. She answers everything she should. It takes two of the three minutes, and neither of them has said his name.

"Will. There was somebody he was seeing. Last year."

The line goes very quiet. "Nina," says Willow. "He got her out before. Hang on, I did a locator on everybody, the first night. I needed there to be somebody." Paper. "Have you got a pen?"

She writes it on the bandage.

+ [Dial it. Now, before she's put the receiver down. # call]
    -> nina_on_the_phone
+ [Give up her place in line. Tomorrow. It'll keep until tomorrow.]
    "Ma'am, do you need another three?" says the girl with the clipboard. And there's a line. There are all these people.
    It's on her wrist, it isn't going anywhere. She goes back up to him with her sleeve pulled down over it. Three days, she thinks. Willow can do three more standing on her head. She's never in her life been greedy about anything but this, and it's his dinner that pays for it.
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

There's a noise like somebody sitting down where there wasn't a chair.

She gives her the street, and the floor. She tells her to bring something without windows. She says animals, and how much, and how far back to stand. She hears herself tell a strange woman that he likes to know what time it is. She hadn't known she knew that.

"I can be there in a day," Nina says. "I have to be, there's a moon coming. Who is this?"

+ ["A friend of his."]
    "A friend of his," Buffy says. It's what you say to the nurse.
    "I thought they were all dead," says Nina. She leaves it at that. She's had some practice at not asking, it sounds like.
+ ["Buffy."]
    It's just that nobody's asked her in so long.
    There's a breath. "Oh," says Nina. And then, because she's nice, damn it: "He used to say it. Not to me. In his sleep."
    ~ nina_knows += who_called
- The clipboard girl is tapping her watch. That's her three minutes.
-> last_day

=== last_day
~ daylight = true
· · · # break

So there's a day. You get them one at a time, and you think they're all the same size.

{ mend > 2:
    There's hardly anything left to do for him. She has trimmed his hair. With the gray showing he looks like somebody's rich uncle, who drinks.
- else:
    { mend > 1:
        He'll do. She goes over him like a rental she's about to return. The face is a face. The hands close. The rest is going to have to come from somebody else.
    - else:
        It isn't enough. She goes over him and over him, and it isn't enough. You could no more move him than a soufflé. Another week. Any idiot could see he needed another week.
    }
}

{ salve > 0:
    There's the last of the jar.
}

+ { salve > 0 } [Use the last of it. # careful]
    -> poultice ->
    ~ salve = 0
+ [Scrub the floor. She won't have it said.]
    She scrubs it on her knees, from the window to the door, and then she scrubs where she knelt. Whoever walks in here is going to think he had a cleaning service.
    ~ salve = 0
    ~ tire(1)
+ [Lie down by him in the daylight, just to sleep.]
    She sleeps like the dead, next to the dead. When she wakes up it's dusk and he has turned over. He's facing her. His eyes are shut. He looks like somebody about to be introduced.
    ~ restore(2)
    ~ salve = 0
    { near < 4:
        ~ near = near + 1
    }
- -> last_night

=== last_night
~ daylight = false
{ nights_waited < 2:
    ~ nights_waited = nights_waited + 1
}
· · · # break

The last night she doesn't go out. There's no one screaming. The moon gets in around the edge of the bedspread, and goes across the floor like someone looking for an earring. It reaches his hand, and she finds that she has moved the hand.

He'll have to have something in him for the road. She knows what there is.

+ [Her wrist, once more.]
    -> the_last_feeding
+ [What's left in the bowl.]
    It's cold, and it's rat, and there isn't much. He takes it and turns his face away, like a kid who was promised something. {hunger > 1:It isn't enough.|It's going to have to be enough.}
    ~ blood = 0
    { hunger > 1:
        ~ mends(-1)
    }
    ~ hunger = 0
    -> what_she_leaves

=== the_last_feeding
She sits up against the wall with him between her knees, his back to her front, like kids on a sled. She doesn't tie off the arm. The cross is on a nail across the room. She looks at it there and leaves it there.
He doesn't grab. He drinks the way he'd drink if you held the glass for him. She puts her cheek down on the top of his head. The lights start to go out along the hall, one, and one, and she thinks, ten. I'll count to ten.
~ wound(2)
~ drinks(3)
~ mends(1)
At seven he lets go.
Nobody made him. She still has her arm out, with it running down, and he has let go and turned his face into the crook of her elbow. He's smiling. He's dead asleep. There's blood on his teeth.
"Buffy," he says.
It's how you'd say it to somebody who just walked in, when you knew they were going to.
She waits, but there isn't any more. It was only that.
-> what_she_leaves

=== what_she_leaves
· · · # break
{ stirring() > 1:
    { RANDOM(1, 3) == 1:
        -> he_wakes
    }
}
It's an hour till light. She gets out from under him an inch at a time. Then she goes around the room picking up whatever's hers. It isn't a lot. It's a jacket and a toothbrush. It's a hair, and another hair.

The cross is the last thing. It was his to begin with. He gave it to her when she was sixteen and told her she'd need it.

+ [Take it. # careful]
    She puts it on. It's cold, and then it isn't.
    -> the_closed_door
+ [Leave it on the chair, where he will see it first thing.]
    She isn't leaving a note. A note would be cheating. She sets it on the seat of the chair with the chain poured into a little heap, the way you'd leave a key.
    ~ angel_knows += she_came
    -> the_closed_door
+ [Lie down again. Five minutes. # reckless]
    She's got her jacket on. It's just to be warm for the walk. In his sleep he moves over to make room for her, like anybody's husband.
    { mend < 2:
        -> not_enough
    }
    -> he_wakes

=== the_closed_door
~ together = false
· · · # break
She pulls the door shut behind her till it clicks. She sits down on the hall carpet with her back against it.

It's getting gray. To have something to do she goes over the doors in her head, this floor and the one below, and how many of them have a green X. It comes to {green}. This one would make it {green}, and one. There's a can with some left in it on the sill at the end of the hall. It would be a way of saying it.

She doesn't cry. She's not being brave. She goes and looks, and there isn't any there.

{ dying():
    -> by_the_door
}
{ mend < 2:
    -> not_enough
}
{ RANDOM(1, 2) == 1:
    It's barely light when there are feet on the stairs, quick ones, in sneakers. She drove all night. You can hear it in how she takes the landings.
- else:
    The whole day goes by that way. The sun comes in at the end of the hall, looks around, and leaves. Once, on the other side of the door, he says something, and it has a question mark on it, and she puts the back of her hand in her mouth. It's past dusk when there are feet on the stairs.
    ~ tire(1)
}
~ nina_here = true
~ nina_knows += where_they_are

She's small. Nobody told Buffy that. She's small, and blond, and wrecked from the road, and she has a cooler in one hand like somebody going to the beach. {nina_knows ? who_called:They look each other over. It's like one of those mirrors in a store, where they've done something to the light.|She looks at the bandage, and then the face, and then the bandage. It doesn't take her long.}

"Is he," Nina says.

"He's asleep." Buffy gets up, in installments. "He doesn't know anybody was here."

+ ["So nobody was." # careful]
    "So nobody was," says Buffy. "You got a call from someone at the relief tent. You found him this way."
    Nina looks at her for quite some time. "He'll smell you," she says. "I can smell you. You're all over this hall."
    "Then open a window."
    Nina thinks about it. She has the cooler in both arms now. "Okay," she says.
    ~ nina_knows += she_came
    { angel_knows ? she_came:
        -> the_cross
    }
    -> rome
+ [Give her the spoon, and go down the stairs.]
    There are things you'd ask a person, about here. She finds she's holding Mrs. Abelard's good spoon, so she gives her that, and goes.
    Four floors down she hears the door, and Nina's voice, being careful. She's out on the sidewalk before there can be another one.
    ~ nina_knows += she_came
    { angel_knows ? she_came:
        -> the_cross
    }
    ~ angel_knows += she_came
    -> he_is_told
