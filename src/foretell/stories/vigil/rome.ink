/*
    HOW IT ENDS

    Each ending has its own knot, says its name in a tag, and first sets down how things stand:
    who is alive, who is with whom, who knows. Whether that is happy is for `ends_happily` to say.
*/

=== turned_back
# ending: turned_back
~ angel_lives = false
~ lover_believes += it_is_finished
She turns around. It is the easiest thing she's done all week. The sidewalk goes the other way just as well.

There's a truck to Ontario and a plane out of it. On the tray table is a hot towel, and she holds it.

· · · # break

"Nothing there?" he asks her, in Rome, in the dark.

"No," she says. "It was only an apartment house."

It is very nearly so. She can describe it. She's good on the fire escape and the planter by the door, and the mailboxes. She's been over it so many times, at night, as far as the foot of the stairs, that she could draw it for you to scale. She stands on the sidewalk and looks up. All she has ever learned from it is that there were seven floors.

She felt it stop, was the thing. She was over Greenland. It was like a refrigerator going off, when you hadn't known that you were hearing it. # thought

She lives to be quite old, for one of them. Nobody ever finds out.
-> END

=== too_late
# ending: too_late
~ angel_lives = false
~ together = false
· · · # break
She finds it in the end by accident, in the afternoon. {seen ? the_street:There is the tooth, unlit. She'd been by it on the second day, on the wrong side of a bus.|There's an alley, with an apartment house across from it. Her side is perfectly quiet. There isn't any buzz.}

She goes up anyway. Her body does. It hasn't been told.

It's seven flights, and a door standing open. There's a long smear from the window to the corner where somebody had pulled himself along. There are feathers. And in the corner, on the boards, there's the outline of a tall man lying on his side with his knees drawn up, done in the finest gray. It's still got the shape of the fingers. It must have been today. It might have been while she was on the stairs.

She kneels there a good while with her hand an inch above it. The trouble is that it's so light. If she breathes it'll go.

· · · # break

In Rome they have a terrace. The wine's red, and she doesn't drink it, she likes to have it there. Some nights the wind gets around to the south and there's dust in it, all the way from Africa, on the tables, on the tops of the cars. She won't let anyone sweep. Everyone has something. Dawn writes her name in it with a finger, and waits, and doesn't ask.
-> END

=== left_after_vein
# ending: left_after_vein
~ together = false
~ angel_knows += she_came
It takes her the best part of an hour to do the stairs, sitting down, one at a time, like a baby. She leaves her jacket. She's home before the bandage wants changing.

It was the right thing. She has gone through it like an accountant. She couldn't have done it twice; and she'd given him enough to get by on, and he's always gotten by. Nobody was ever so good at getting by. And if he'd never known who was there, it might even have been kind.

But he'd know. It came to her on the plane, with the drinks cart. He'd wake by himself up there, some night, hungry, with a torn-up towel by him and the place swept, not knowing where he was. He would lick his lips.

There are four hundred years of vintages in that mouth. He'd have it in one. He would lie there, in the dark, tasting who it was, and how much, and that she'd gone.

· · · # break

So in Rome she waits. Not by the phone, she isn't an idiot. He's alive. She has that, on the left side, like a stitch. He is alive all that fall, and that winter, and he doesn't call and does not write, and he's quite right. What would it say? "Thank you for the start."

She cuts her finger on a can one day in March, and puts it in her mouth without thinking, and has to go and sit down on the edge of the tub.
-> END

=== starved
# ending: starved
~ angel_lives = false
~ together = false
· · · # break
It's just at dusk. She's got her boots half on, she's telling him where she is going, and she's in the middle of a word.

She'd thought that it would be like the others: a noise, a sort of scream with no one in it, and bits. She's seen a thousand. But he's so tired. He only lets go. One second he's lying there in the shape of himself, and then the shape thinks better of it, and sinks, with a sound like somebody sitting down in the next room.
{fed:There was one time he'd drunk from her hands, and there'd been a moment after it when he looked almost annoyed. She'll have that.|She never gave him anything. She'd cleaned. She had swept up very nicely all around him, as it turns out, and now there's just this one more thing to sweep.}
She isn't going to. She lies down next to it, on the mattress, along the edge.

· · · # break

She is in Rome when the anniversary comes around. There is a dinner, and someone asks if she'd ever been to Los Angeles.

"I was there for a while," says Buffy. "I kept missing meals."

Everyone laughs. She laughs too, when she hears it. Her lover's looking at her down the table in the candlelight as if somebody had just gone by behind her chair.
-> END

=== bled_out
# ending: bled_out
~ buffy_lives = false
~ together = false
~ fed = true
~ angel_knows += she_came
It isn't bad. She's done it twice, and this is the best one.

There's no tower and no water. It's only that the hall's gone dark, all the way to the end, and whoever it was that was driving has turned off the radio so as not to wake her. She can hear him breathing. It's somebody's heart going, quite slowly, in him. It's hers. Well, it always was a bit.

I'll just, she thinks.

· · · # break

He'll wake up about four. He'll feel wonderful.

He'll feel as he hasn't in a hundred years, there'll be lights on in every room of him; he'll lie a minute with his eyes shut, wondering what he can have done to be let off. There's a weight across his legs. There is somebody's hair in his hand.

There's no Rome. There's a note on a refrigerator, which says it's not a vacation. Dawn leaves it up till the paper's yellow and the magnet won't hold.
-> END

=== mobbed
# ending: mobbed
~ buffy_lives = false
~ angel_lives = false
~ together = false
She gets eleven of them. She's counting; it has always helped.

Then someone has her by the ankle, and her leg does a thing that legs don't do, and she is down among the knees. It's all knees. She thinks about how annoyed she's going to be. She thinks, I've left something on the stove. It's absurd. But it's so strong that she goes on with it, even as the rest of it is happening, getting up, and going up the stairs, past the stroller, with the pillowcase on her shoulder, to the door, which she's left on the latch.

· · · # break

Seven floors up he turns his head to the place where it comes from. He's very patient. He's got his mouth a little open. {near > 2:Once in the night he asks a thing out loud, about the rain, and waits to be told.|He hasn't any word for what it is that he's waiting for.} There's a day, and then a night. There's another.

In Rome a man turns over and puts out an arm.
-> END

=== taken
# ending: taken
~ angel_lives = false
~ together = false
~ soldiers_know += she_lives
~ soldiers_know += where_they_are
They're so careful with her. That's what she can't make anyone see. They put a blanket around her. They say, "You're okay, ma'am," and "How long have you been here?" and "Is that your grandpa?"

"Don't," she's saying. She's hitting one of them in the chest, and she isn't strong enough for him to feel it's anything but grief. "Don't, don't, leave it, don't move it —"

"Let's get some light on him," says the medic. He takes hold of the bedspread. He's got a good kind face. He has done this for a lot of old people.

· · · # break

They ask her for her name, at the tables, for the list. "Anne," she says. They write it down. They ask what she did, before. Waitress. There's a major who would like to know about an avenue, and a river, and forty or fifty streets in which somebody had been ahead of his men, all the way, like a plow. Did she ever see anything, from up there? Whoever it was?

"No," says Anne.

She's home by the end of the month. Her lover has filled the place with flowers. There's one she has to ask him to take out, it's only that it's by the window; and every time somebody goes to draw the curtains, and let in a little light, she has to leave the room.
-> END

=== given_up
# ending: given_up
~ together = false
~ soldiers_know += she_lives
She sets down the candlestick. She goes out to them with her hands up, in the doorway, and draws the door to behind her with her heel, and says that there isn't anyone else. She was after food. It stinks in there. There's just a lot of dead birds.

"Anyone who'd hide in that," says the boy, wrinkling up his nose at the crack of the door, "can stay there." And they laugh, and take her down between them by the elbows. She tells them her name's Anne.

It's a stadium, with cots. There is a fence around it for everybody's safety. She's too weak to go over it the first night, or the next, and then there's fever in the wrist. It's nine days.

· · · # break

The door's shut. The X's have dried. On the mattress there isn't any dust and there isn't anyone. The bedspread's been taken down, and folded, and the window is open on the fire escape, and the morning's coming in. There's no telling from it. She kneels and goes over those boards with her fingertips like a blind woman reading.

He got up, or somebody came, or there was a wind.

She tells it to no one. In Rome she holds her glass up every night to whatever there is of the moon. Either she is drinking to his health or she isn't. On the left side, under the ribs, there's something. It's very faint. It could be shrimp.
-> END

=== ash
# ending: ash
~ angel_lives = false
~ together = false
It's the belt that goes. It was a bathrobe's. It wasn't ever meant for anything.

The quilt opens up behind her like a wing. There's a lot of sky in it. She feels the weight go up off her shoulder, all of it, and it's so like being helped that she actually turns around to say thank you.

· · · # break

The medic who comes across her, on the stairhead, on her knees, thinks it's the cold. She has gray all down her front and she won't have it brushed. She's quite polite. She gives him a name, and he writes it down.

For a long time afterward, in Rome, she wears a lot of black, and people say how it suits her. She likes the roof there. You come out of the dark by a little iron door, with the whole sky standing on the tiles, white, blazing, and it's twenty yards to the other side. She does it every noon. She walks it very slowly. She's never once been able to see where it was that she ought to have put her feet.
-> END

=== the_friends
# ending: the_friends
~ angel_lives = false
~ together = false
~ friends_know += (she_lives, where_they_are)
· · · # break
They come at four in the afternoon, since they are not fools, in full sun, and they come in like the cavalry.

It's the fire door, and then hers. It's Xander with an ax, and Giles, gray in the face from seven flights, and Faith over by the window with her back to the wall, saying, "Jesus, B." And Willow comes last. She's crying. "I couldn't hold it," she says. "I had it, and I had it, and Xander said your name."

"You're bleeding," says Xander. "Is that — God, you're starving, there's nothing to you, what's it been —" He can't make out much. It's dark in there, it's dark as a cave, and it smells like one. There's Buffy, on her feet in the middle of it, holding up a spoon.

He loves her. That's all it is. He wants to see her face.

"Let's get some light in here," he says, and he's got hold of the bedspread.

Nobody's fast enough. She isn't fast enough. There's just the one scream, and it's hers.

· · · # break

They take her home, all of them, turn and turn about. In Rome they sit up with her. Xander does the dishes, every dish in the place, he does them twice. He was trying to help. She tells him so. She'd give anything to be able to hate him, and every night when it gets dark he goes around, ahead of her, from room to room, not saying anything, and closes all the curtains.
-> END

=== he_wakes
# ending: he_wakes
~ together = false
~ angel_knows += she_came
· · · # break
It's almost morning, and she's doing something with a towel. She doesn't hear it. It's the buzz that changes, like somebody picking up.

"Buffy," says Angel.

It's got a question in it, and then it hasn't.

He's up on his elbow. His eyes go around by themselves: the bowl and the spoon; a mattress; the folded towels; the bandage. He has always been quick. She watches him add it up. It goes over his face like weather, and what's under it is not what she'd let herself think, the few times that she had let herself. It isn't joy. There's a second that might have been, it starts to be. He puts it out himself, like a match.

"How long?"

"Three weeks. About."

"The others." He watches her not say it. He nods. "Spike?"

She holds up her left hand, and turns it over, and closes it. He looks for a long time at the hand.

{ near > 3:
    "I talked," he says. "Didn't I."

    "You said it was raining."
- else:
    "I thought that I was dreaming you," he says. "I was being so careful not to move."
}

They are not ever going to be better at this. She can hear every word of it, going by, unsaid, like a train in the night that's full of people. He's looking at his own feet, how clean they are. He's seen what she has seen. It's in the room like another person: all that she has done to him and for him, down to the last thing. He'd have died first, that's just a fact. He went seven floors up to do it.

"I have to," he says. "There's a way I'm going to have to be, for a while. I can't have you watching."

It's what she'd said, more or less. She had said: "good". She gets her jacket. {nina_called:"There's someone on her way," she tells him. "She's nice. She'll be here by dark." He shuts his eyes.|"You want to keep out of the east window," she says. "The bedspread slips."}

At the door she turns around. He's asked her to. He's asked her, "Did you ever turn around?" And she doesn't know what he's talking about, or she does; and she says, "I'm doing it now."

· · · # break

So he knows. So they both do. It's the worst thing they have ever had between them, and they've had Hell.

He writes, at Christmas. It's a card with a snowman on it; he's put his name. It's on the refrigerator in Rome when her lover comes in for the ice. "Who's this?" he says. And she takes down the wine and says that it's somebody she used to sit with.
-> END

=== no_more_nights
// The last of Willow's stories has been told and believed. Nobody is coming. It is only up to her.
· · · # break
There are no more nights in it. She'd always thought that something would happen to decide it. There'd be a siren, or a knock. But the soldiers have moved on, and Willow's held, God bless her; they think in Cleveland that there is a grave. No one's coming. No one in the world knows there's anybody here but her, and he doesn't know it either.

{stirring() > 0:He's a night from waking. It could be that it's an hour.|He could be let to wake. He could be fed up to it in a couple of days, or else he could not.} She's got the feel of it by now. You can hold him just there, like a car on a hill, with one foot. So much, and no more, off a spoon.

Down on the avenue, there's a tent with a telephone in it, and a line.

+ [Go down, and stand in it. # careful call]
    "Where are you?" says Willow, and, "No, don't." She has got Nina's number already looked up. She's had it by the phone for two weeks. "I thought you'd never ask," says Willow, and can't go on.
    -> nina_on_the_phone
+ [Don't.]
    -> never_called

=== never_called
# ending: never_called
~ together = true
It isn't a decision. She gets up to go, and the bowl wants washing.

You could do it with rats. You could do it almost anywhere. There's a place up the coast that nobody has come back to, with a cellar, and she moves him in October, by night, in a van. It has shutters. She is good at it by now. She gives him what will keep him, at arm's length, and there's a month when she gives him a bit more, and he starts to frown, to turn his head about; and she thinks, with her heart going like a mill: no. Not yet. He isn't strong enough. And goes back to the spoon.

He talks, some nights. It's always raining.

She reads to him. She does his hair; it's quite gray. She lies down behind him and gets her arm across, and no one has ever slept so well. He doesn't know that it's her, so there is nothing for either of them to forgive. They're both alive. They've never had so long together, in all their lives, with no one dying of it.

{near > 3:He opened his eyes once, years ago. She thinks about it. They were brown.|She sometimes tries to remember what color his eyes are.}

· · · # break

In Rome somebody lets out the apartment. In Cleveland, they've stopped saying her name at dinner. There was a stone put up.

She saved the world, it says. A lot.
-> END

=== not_enough
# ending: not_enough
~ angel_lives = false
~ together = false
~ nina_here = true
· · · # break
Nina's small, and blond, and has a cooler in one hand, and she doesn't cry till she has had a look at him. She's brought a van with no windows. They carry him down to it between them. It's the only time the two of them ever touch, with their wrists crossed under him, like kids making a chair.

"He looks —" Nina says.

"He'll pick up," says Buffy. "He only wants feeding." She knows what he wants. He wanted a week more, and she'd sold it.

She stands there at the curb until the van has gone out of sight, and then until she couldn't have seen it anyway.

· · · # break

The call comes to Rome on a Sunday. It's Dawn who picks up; she holds it out at arm's length. It's a bad line. There is a truck stop in it.

"I thought I ought to tell somebody," says the nice voice, with all the stuffing gone from it. "I thought, whoever it was that called. I did just what you said. I went so slow."

"I'm sure you did," says Buffy.

"He got as far as Barstow," says Nina.

So that's where it is. She looks for it, on Dawn's big school atlas, on the kitchen table. It's a place where two roads meet, with a dot. She keeps a finger there. Someone she loved got as far as that.
-> END

=== by_the_door
# ending: by_the_door
~ buffy_lives = false
~ nina_here = true
~ together = false
~ nina_knows += (she_came, where_they_are)
It was always going to be somewhere. She hadn't thought there'd be carpet.

She'll just sit. They'll be here by and by, she's got her back against the door, no one's going to get past her. It's funny, her feet were so cold. The light's coming up at the end of the hall. It comes along the floor like someone bringing a tray.

· · · # break

She is small, Nina thinks, when she's got her breath back from the stairs. She'd thought that she'd be taller. She squats down to see if she's asleep, and it's a while before she can stand.

He's in there. She can smell him, alive, he's asleep, he's smiling. She has to move the girl to get to him.

That's where she decides it, on her knees in the hall, with her hands under a stranger's arms. He would never get up again. He'd lie down by her here on the rug and wait for the sun. So there was no one. So he was by himself and somebody called. She'll say it tomorrow, and at Christmas, and in thirty years. She's a bad liar. She will get better.

She goes along the hall, after a while, to find a sheet, and there's a can of paint. It's green. There's enough in it yet. She does the X as high as she can reach, so whoever comes will know there's somebody. It runs a bit, it looks like something growing. She doesn't know what the others are for. It's only that it looked to her as though it was the custom of the house.

In Rome nobody tells them anything. They've got a note.
-> END

=== the_cross
# ending: the_cross
~ together = false
· · · # break
She's back in Rome eleven days when it comes. It's a padded envelope, with an American stamp. Dawn shakes it. "It's something small," she says.

It's in tissue paper. The chain's been poured in on top of it in a little heap, the way you'd leave a key. There isn't any note. She turns the envelope inside out, she runs her fingers into all the corners. He'd think that a note would be cheating.

So he knows. He'd have woken up and seen it, first thing, and lain there. She'd thought about that. All the way across the ocean, she'd thought of how his face would go. And he'd have gotten up, on his bad feet, and found a post office.

He must have had to hold it in a cloth. # thought

It's what she gave him: he could be somebody who had been come for. And this is him, giving it back. He wouldn't have her go without. He'd think that she might need it. He's never understood one single thing about her, and he's right, it's dark out, she puts it on.

· · · # break

There's the wine, on the terrace. There's the moon.

"That's pretty," says her lover, about the cross. "Is it old?" And he touches it, to see; and for the first time since she's known him she takes hold of somebody's wrist, a bit too hard, and it's a second before the fingers will come open.
-> END

=== he_is_told
# ending: he_is_told
~ together = false
· · · # break
Nobody asked her not to. Nina's truthful; it's why he liked her. She'd have gotten through a day, perhaps, two days. And then he'd have said, "Who else was here?" and there she'd be, with that spoon.

It's October before he comes. Buffy's on the terrace with the glass in her hand, and it goes through her from left to right, under the ribs, like a bow across a string.

He's in the street. He's standing across the way, under the awning of the place that sells lamps, in a coat. There's a stick. He has his collar turned up, as if that had ever once worked. She can't see his face. She can see the gray.

She ought to go down. There are four flights. It's only stairs, she's good at those.

But then he'd have to say it. He'd have to stand there, with his hat in his hand, and thank her. He'd have it ready. She knows him; he will have been getting it ready for months: every animal, all that gravel. He'd never be able to look at her again without owing her his life. She doesn't want it. She'd only ever wanted him to have it.

So she stays where she is, with her back to him and her hand on the rail, as you'd stand if you hadn't noticed. She gives him her back. She keeps quite still for it, in case he would like to look.

He's there an hour. He's there again the next night. She'd gotten her hair cut.

The third night she turns around. There's the awning and a wet street, with the lamps all lit up in the window, and no one.
-> END

=== rome
· · · # break
Rome has not moved. It's a thing they pride themselves on.

There's a wine she gets from a man on the Via dei Volsci, who won't tell her what is in it. It's so dark a red that it doesn't let the light through. She keeps it in the refrigerator, and you shouldn't, with a red. Dawn says that they knew a guy once who had nothing in his refrigerator but a bottle of something dark, and he couldn't go out in the daytime. Dawn's got it down to just a raised eyebrow, now, and the sound of the door. It's a good joke. It has worn very well.

The way you do it is, you go out on the terrace after everyone has gone to bed, and you fill the glass and hold it up to the moon. You hold it there till it smells of blood. It takes a while, some nights. It takes what it takes. Then you drink it.

If you woke her in the night and asked how many of those doors are green, she could tell you: {green}. The hand tingles when it's going to rain.

{mend > 2:Willow had it from Nina, who'd had to tell someone: that he's up. He walks. He's taken to sitting by windows, nights, as if there'd been somebody who used to come in at one.|Willow had it from Nina, who'd had to tell someone: that he lived. He has a stick. There's a thing he does with his hand, when he's asleep, she says; it keeps closing on the blanket.} He thinks that he was alone. He tells Nina he had dreams. He's never asked her what about.

"You are out here again," her lover says.

He's in the doorway in his bare feet. He's a patient man, and he's older than he looks, and he's never pressed her. He looks at the bottle, and he looks at the moon.

"Is it finished?"

And he might mean the wine. It's only fair to give him the benefit.

+ ["No."]
    -> the_truth
+ ["It is." # careful]
    -> its_done

=== the_truth
# ending: the_truth
~ lover_believes = ()
"No," says Buffy.

She waits to see what she will say next, and it's all of it. She tells it in order. It takes until the sky is gray. She tells him about the feet. She tells him how the sauce comes out with the rings on. She tells about her wrist, what it's like, what it was like, and she sees him understand that nothing he has ever done to her or with her has been in the same country.

He hears it to the end, standing up. He's a gentleman, and they've had centuries to work on it.

"And he doesn't know," he says.

"He's not ever going to."

"But I am," says her lover. He's not angry. He takes the glass out of her hand, and smells it, and she sees his face change; then he sets it on the rail, with great care, a little way away from her. "I thought that I was the one in your house," he says.

· · · # break

He sends for his things. It is all done beautifully. Dawn eats ice cream standing up, in sympathy, and does not open the refrigerator.

There's nobody, now, to go to bed before her. She can stay out there as long as she likes. She'd thought it would be a relief to have said it. It was the one thing she had that hadn't anything said about it; and now it's got a sort of handle on it, from being passed.
-> END

=== its_done
# ending: its_done
~ lover_believes += it_is_finished
"It is," says Buffy.

It's the first lie that she's ever needed to tell him. It turns out to be quite easy. It's smooth, and goes all the way down.

He's so glad. She hadn't seen how much he had been wanting to be. He comes across the tiles, and he puts his arms around her from behind, his chin on her hair, and they stand looking out at it, the roofs and so on, all that moon. He's warm. He's very warm. After a time he takes the glass from her, and looks into it, and laughs, and he turns it upside down on the rail to show her: not a drop.

There is another in the refrigerator.

"Come to bed," he says.

"In a minute," says Buffy.

· · · # break

Neither love me for # epigraph
Thine own dear pity's wiping my cheeks dry,— # epigraph
A creature might forget to weep, who bore # epigraph
Thy comfort long, and lose thy love thereby! # epigraph
Elizabeth Barrett Browning, Sonnets from the Portuguese, XIV # epigraph
-> END
