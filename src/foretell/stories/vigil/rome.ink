/*
    HOW IT ENDS

    Each ending has its own knot, says its name in a tag, and first sets down how things stand:
    who is alive, who is with whom, who knows. Whether that is happy is for `ends_happily` to say.
*/

=== turned_back
# ending: turned_back
~ angel_lives = false
~ lover_believes += it_is_finished
She turns around. It's the easiest thing she's done all week. The sidewalk goes the other way just as well.

There's a truck to Ontario, and a plane out of it. The flight attendant brings her a hot towel, and she holds it.

· · · # break

"Nothing there?" he asks her, in Rome, in the dark.

"No," she says. "It was just an apartment house."

It's almost true. She could describe it. She has the fire escape down cold, and the planter by the door, and the mailboxes. She's gone over it so many times, at night, as far as the foot of the stairs, that she could draw it for you to scale. She stands on the sidewalk and looks up. All she's ever learned from it is that there were seven floors.

I felt it stop. I was over Greenland. It was like when the refrigerator cuts out, and you hadn't known you were hearing it. # thought

She lives to be pretty old, for one of them. Nobody ever finds out.
-> END

=== too_late
# ending: too_late
~ angel_lives = false
~ together = false
· · · # break
In the end she finds it by accident, in the afternoon. {seen ? the_street:There's the tooth, unlit. She went by it on the second day, on the wrong side of a bus.|There's an alley, and an apartment house across from it.} Under the ribs, on the left, it's perfectly quiet.

She goes up anyway. Her body does. Nobody's told it.

Seven flights, and a door standing open. There's a long smear from the window to the corner, where somebody pulled himself along. There are feathers. And in the corner, on the boards, there's the outline of a tall man lying on his side with his knees drawn up, done in the finest gray. You can still see the fingers. It must have been today. It might have been while she was on the stairs.

She kneels there a long time with her hand an inch above it. The problem is that it's so light. If she breathes it'll go.

· · · # break

In Rome they have a terrace. She has a glass of red wine out there, most nights, and doesn't drink it. Sometimes the wind gets around to the south and there's dust in it, all the way from Africa, on the tables, on the tops of the cars. She won't let anybody sweep. Dawn writes her name in it with a finger, and waits, and doesn't ask.
-> END

=== left_after_vein
# ending: left_after_vein
~ together = false
~ angel_knows += she_came
It takes her most of an hour to do the stairs, sitting down, one at a time, like a toddler. She leaves her jacket. She's home before the bandage needs changing.

It was the right thing. She's been over it like an accountant. She couldn't have done it twice, and she gave him enough to get by on, and nobody was ever so good at getting by. And if he never knew who was there, it might even have been kind.

But he'd know. It came to her on the plane, with the drinks cart. Some night he'd wake up by himself in that room, with a torn-up towel next to him and the floor swept, and not know where he was. He'd lick his lips.

He'd have it in one. He'd lie there in the dark tasting who it was, and how much, and that she'd gone.

· · · # break

So in Rome she waits. Not by the phone, she's not an idiot. He's alive. She has that, on the left side, like a stitch. He's alive all that fall, and all winter, and he doesn't call and he doesn't write, and he's right. What would it say? Thanks for the start?

One day in March she cuts her finger on a can, and puts it in her mouth without thinking, and has to go sit down on the edge of the tub.
-> END

=== starved
# ending: starved
~ angel_lives = false
~ together = false
· · · # break
It's just at dusk. She's got her boots half on, she's telling him where she's going, and she's in the middle of a word.

She'd thought it would be like the others, a scream with nobody in it, and bits. She's seen a thousand of them. But he's so tired. He just lets go. One second he's lying there in the shape of himself, and then the shape changes its mind, and sinks, with a sound like somebody sitting down in the next room.

{fed:He drank from her hands, once or twice. There was a second, after, when he'd looked almost annoyed. She'll have that.|She never gave him anything. She'd cleaned. She swept up very nicely all around him, and now there's just this one more thing to sweep.}

She isn't going to. She lies down next to it, on the mattress, along the edge.

· · · # break

She's in Rome for the anniversary. There's a dinner. Somebody asks if she's ever been to Los Angeles.

"For a while," says Buffy. "I kept missing meals."

Everybody laughs. She laughs too, when she hears it. Down at the end of the table her lover's looking at her, in the candlelight, as if someone had just walked by behind her chair.
-> END

=== bled_out
# ending: bled_out
~ buffy_lives = false
~ together = false
~ fed = true
~ angel_knows += she_came
It isn't bad. She's done it twice, and this is the best one.

There's no tower, and no water. It's just that the hall's gone dark, all the way down, and whoever's driving has turned the radio off so it won't wake her. She can hear a heart going, quite slowly, in him. It's hers. Well. It always was, sort of.

I'll just # thought

· · · # break

He'll wake up around four. He'll feel wonderful.

He'll feel the way he hasn't in a hundred years. There'll be lights on in every room of him. He'll lie there a minute with his eyes shut, wondering what he can have done to get let off. There's a weight across his legs. There's somebody's hair in his hand.

There isn't any Rome. There's a note on a refrigerator that says it's not a vacation. Dawn leaves it up till the paper's yellow and the magnet won't hold.
-> END

=== mobbed
# ending: mobbed
~ buffy_lives = false
~ angel_lives = false
~ together = false
She gets eleven of them. She's counting. It's always helped.

Then somebody has her by the ankle, and her leg does something legs don't do, and she's down among the knees. It's all knees. She thinks about how annoyed she's going to be. She thinks, I left something on the stove. Which is dumb. But it's so strong that she goes ahead with it, even while the rest of it's happening. She gets up, she goes up the stairs past the stroller with the pillowcase on her shoulder, to the door, which she left on the latch.

· · · # break

Seven floors up he turns his head to the place where it comes from. He's very patient. His mouth is a little open. {near > 2:Once in the night he asks something out loud, about the rain, and waits to be told.|He doesn't have a word for what it is he's waiting for.} There's a day, and then a night. There's another.

In Rome a man turns over and puts out an arm.
-> END

=== taken
# ending: taken
~ angel_lives = false
~ together = false
~ soldiers_know += she_lives
~ soldiers_know += where_they_are
They're so careful with her. That's what she can't make anybody see. They put a blanket around her. They say, "You're okay, ma'am," and "How long have you been here?" and "Is that your grandpa?"

"Don't," she's saying. {weak > 1:She's hitting one of them in the chest, and she isn't strong enough for him to think it's anything but grief.|She puts two of them down, as gently as you can put a person down, and the rest just hang on to her, four of them, saying "easy, easy," since they think it's grief.} "Don't, don't, leave it, don't move it —"

{ army > 3:
    They've got a truck. It's an open one. They lay him in the back of it, wrapped up as he is, and her in front by the heater, and there's a bridge, and a line for the bridge, and over the river the sky has begun to go white. "Let's get the old guy some air," says the medic, back there, and takes hold of the bedspread. He's got a good kind face. He's done this for a lot of old people.
- else:
    "Let's get some light on him," says the medic, and takes hold of the bedspread. He's got a good kind face. He's done this for a lot of old people.
}

· · · # break

They ask for her name, at the tables, for the list. "Anne," she says. They write it down. They ask what she did, before. Waitress. There's a major who'd like to know about an avenue, and a river, and forty or fifty blocks where somebody had been ahead of his men the whole way, like a plow. Did she ever see anybody, from up there?

"No," says Anne.

She's home by the end of the month. Her lover has filled the place with flowers. She's fine. It's only that whenever somebody goes to open the curtains, and let in a little light, she has to leave the room.
-> END

=== given_up
# ending: given_up
~ together = false
~ soldiers_know += she_lives
She walks out to them with her hands up, and draws the door shut behind her with her heel. There's nobody else. She was looking for food. It stinks in there, it's just a lot of dead birds.

"Anybody who's hiding in that," says the boy, with his nose wrinkled up, "can stay." And they laugh, and take her downstairs between them. She tells them her name's Anne.

It's a stadium, with cots. It has a fence around it for everyone's safety. {weak > 1:She's too weak to go over it the first night, or the second, and then there's the fever.|She's got one leg over it, the first night, when the whole ward starts to scream; and somebody ought to see what that is; and then there's the fever.} It's nine days.

· · · # break

The door's shut. On the mattress there isn't any dust, and there isn't anyone. The bedspread has been taken down and folded. The window's open on the fire escape, and the morning's coming in.

He got up. Or somebody came. Or there was a wind. She goes over the boards on her knees, with her fingertips, and there's no way to tell.

She doesn't tell anybody about it. In Rome she holds up a glass every night to whatever there is of the moon, and either she's drinking to his health or she isn't. On the left side, under the ribs, there's something. It's very faint. It could be shrimp.
-> END

=== ash
# ending: ash
~ angel_lives = false
~ together = false
It's the belt that goes. It was a bathrobe's. It wasn't ever meant for anything.

The blanket opens up behind her like a wing. She feels the weight go up off her shoulder, all of it, and it's so much like being helped that she turns around to say thank you.

· · · # break

The medic who finds her on the stairhead, on her knees, thinks she's cold. She has gray all down her front, and she won't let him brush it off. She's very polite. She gives him a name and he writes it down.

There's a roof in Rome, too. You come out of the dark by a little iron door, and there's the whole sky standing on the tiles, white, blazing, and it's about twenty yards to the other side. She does it every day at noon. She walks it very slowly. She's never been able to see where it was she should have put her feet.
-> END

=== the_friends
# ending: the_friends
~ angel_lives = false
~ together = false
~ friends_know += (she_lives, where_they_are)
· · · # break
They come at four in the afternoon, because they aren't stupid, in full sun, and they come in like the cavalry.

It's the fire door, and then hers. It's Xander with an ax, and Giles, gray in the face from seven flights, and Faith at the window with her back to the wall, saying, "Jesus, B." Willow comes last. She's crying. "I couldn't hold it," she says. "I had it, and I had it, and then Xander said your name."

"You're bleeding," says Xander. "Is that — God, you're starving, there's nothing left of you, what's it been —" He can't make out much. It's dark as a cave in there, and it smells like one. There's Buffy, on her feet in the middle of it, holding up a spoon.

He loves her. That's all it is. He wants to see her face.

"Let's get some light in here," he says, and he's got hold of the bedspread.

Nobody's fast enough. She isn't fast enough. There's just the one scream, and it's hers.

· · · # break

They take her home, all of them. In Rome they sit up with her in shifts. Xander does the dishes, every dish in the place, and then he does them again. He was trying to help. She's told him so. She'd give anything to be able to hate him. And every night when it starts to get dark he goes ahead of her, from room to room, not saying anything, and closes all the curtains.
-> END

=== he_wakes
# ending: he_wakes
~ together = false
~ angel_knows += she_came
· · · # break
{nina_called:It's almost morning, and she hasn't gotten up yet. She doesn't hear it.|It's almost morning, and she's doing something with a towel. She doesn't hear it.} It's the buzz that changes, like somebody picking up the phone.

"Buffy," says Angel.

It has a question in it, and then it doesn't.

He's up on his elbow. His eyes go around the room: the bowl and the spoon, the mattress, the folded towels, the bandage. He was always quick. She watches him add it up. It goes over his face like weather, and what's under it isn't what she'd let herself think, the few times she let herself. There's a second when it starts to be. He puts it out himself, like a match.

"How long?"

"Weeks."

"The others." He watches her not say it. He nods. "Spike?"

She holds up her left hand, and turns it over, and closes it. He looks at the hand for a long time.

{ near > 3:
    "I talked," he says. "Didn't I."

    "You said it was raining."
- else:
    "I thought I was dreaming you," he says. "I was being so careful not to move."
}

They're never going to get any better at this. He's looking at his feet, how clean they are. It's in the room with them like a third person, everything she's had to do to him, down to the last thing. He'd have died first. That's not a figure of speech. He went seven floors up to do it.

"There's a way I'm going to have to be," he says, "for a while. I can't have you watching."

Which is what she'd said, more or less. She'd said: good. She gets her jacket. {nina_called:"Somebody's coming," she tells him. "She's nice. She'll be here by dark." He shuts his eyes.|"Watch out for the window," she says. "The bedspread slips."}

"Buffy," he says, when she's at the door. "That time. Did you turn around?"

She doesn't know what he's talking about. Or she does.

"I'm doing it now," she says.

· · · # break

So he knows, and she knows, and it's the worst thing they've ever had between them, and they've had Hell.

At Christmas there's a card. It has a snowman on it, and his name. It's on the refrigerator in Rome when her lover goes in for ice. "Who's this?" he says. She takes down the wine, and says it's somebody she used to sit with.
-> END

=== no_more_nights
// The last of Willow's stories has been told and believed. Nobody is coming. It is only up to her.
· · · # break
There are no more nights in it. She always thought something would happen to decide it, a siren, or a knock. But the soldiers have moved on, and Willow's held, bless her. In Cleveland they think there's a grave. Nobody's coming. Nobody in the world knows there's anyone up here but her, and that goes for him, too.

{stirring() > 0:He's a night away from waking up. It could be an hour.|A couple of days of real feeding, and he'd wake up.} She's got the feel of it by now. You can hold him right there, like a car on a hill with a clutch. So much, and no more, off a spoon.

Down on the avenue there's a tent with a telephone in it, and a line.

+ [Go down, and stand in it. # call]
    "Where are you?" says Willow, and then, "No, don't." When she hears what it's about there's no rustle of paper. She's had Nina's number by the phone for two weeks. "I thought you'd never ask," says Willow, and can't go on.
    -> nina_on_the_phone
+ [Don't.]
    -> never_called

=== never_called
# ending: never_called
~ together = true
It isn't a decision. She gets up to go, and the bowl needs washing.

You could do it on rats. You could do it almost anywhere. Up the coast there's a place nobody's come back to, with a cellar and shutters, and in October she moves him there, by night, in a van. She's good at it by now. She gives him what'll keep him, at arm's length. There's a month when she gives him a little more, and he starts to frown, and turn his head, and she thinks, with her heart going like crazy: not yet. He isn't strong enough. And goes back to the spoon.

Some nights he talks. It's always raining.

She reads to him. She cuts his hair, it's all gray now. She lies down behind him and gets her arm across, and nobody has ever slept so well. He doesn't know it's her, so there's nothing for either of them to forgive. They're both alive. They've never had so long together, in all their lives, without somebody dying of it.

{near > 3:He opened his eyes once, years ago. She thinks about it. They were brown.|Sometimes she tries to remember what color his eyes are.}

· · · # break

In Rome somebody sublets the apartment. In Cleveland they've stopped saying her name at dinner. They put up a stone.

"She saved the world," it says. "A lot."
-> END

=== not_enough
# ending: not_enough
~ angel_lives = false
~ together = false
~ nina_here = true
· · · # break
Nina's small, and blond, with a cooler in one hand, and she doesn't cry until she's had a look at him. She's brought a van with no windows. They carry him down to it between them, with their wrists crossed under him, like kids making a chair. It's the only time the two of them ever touch.

"He looks —" Nina says.

"He'll pick up," says Buffy. "He just needs feeding." She knows what he needs. He needed a week, and she'd sold it.

She stands at the curb until the van's out of sight, and then for a while after that.

· · · # break

The call comes to Rome on a Sunday. Dawn picks up, and holds it out at arm's length. It's a bad line. There's a truck stop in it.

"I thought I should tell somebody," says the nice voice, with all the stuffing gone out of it. "Whoever it was that called. I did everything you said. I drove so slow."

"I'm sure you did," says Buffy.

"He got as far as Barstow," says Nina.

So that's where it is. She looks for it in Dawn's big school atlas, on the kitchen table. It's a dot where two roads meet. She keeps a finger there. Somebody she loved got that far.
-> END

=== by_the_door
# ending: by_the_door
~ buffy_lives = false
~ nina_here = true
~ together = false
~ nina_knows += (she_came, where_they_are)
It was always going to be somewhere. She just hadn't pictured carpet.

She'll sit. They'll be here pretty soon, and she's got her back against the door, nobody's getting past her. It's funny, her feet were so cold. The light's coming up at the end of the hall. It comes along the floor like somebody bringing a tray.

· · · # break

She's small, Nina thinks, when she's got her breath back from the stairs. She'd thought she would be taller. She squats down to see if she's asleep, and it's a while before she can get up.

He's in there. She can smell him. He's alive, he's asleep, he's smiling. She has to move the girl to get to him.

That's where she decides it, on her knees in the hall, with her hands under a stranger's arms. He'd never get up again. He'd lie down next to her on the rug and wait for the sun. So there wasn't anyone. So he was alone, and somebody called. She'll say it tomorrow, and at Christmas, and in thirty years. She's a terrible liar. She'll get better.

She goes along the hall, after a while, looking for a sheet, and what there is is a can of green paint. There's enough. She does the X as high up as she can reach, so whoever comes will know there's somebody. It runs a little. It looks like something growing.

In Rome nobody tells them anything. They've got a note.
-> END

=== the_cross
# ending: the_cross
~ together = false
· · · # break
She's been back in Rome eleven days when it comes. It's a padded envelope with American stamps. Dawn shakes it. "It's something small," she says.

It's in tissue paper. The chain has been poured in on top of it in a little heap, the way you'd leave a key. There isn't a note. She runs her fingers into all the corners. He'd think a note was cheating.

So he knows. He woke up and saw it, first thing, and lay there. She'd thought about that. All the way across the ocean she'd thought about how his face would go. And then he got up, on his bad feet, and found a post office.

He must have held it in a towel. # thought

She'd wanted him to have it: somebody came for you. And this is him, giving it back. He doesn't want her to go without. He thinks she might need it. He's never understood one single thing about her, and he's right, it's dark out, and she puts it on.

· · · # break

There's the wine, on the terrace. There's the moon.

"That's pretty," says her lover. "Is it old?" And he reaches out to see, and she has him by the wrist, too hard, and it's a second before the fingers will open.
-> END

=== he_is_told
# ending: he_is_told
~ together = false
· · · # break
Nobody asked her not to. Nina's honest. It's probably why he liked her. She'd have gotten through a day, maybe two. And then he'd have said, "Who else was here?" and there she'd be, holding that spoon.

It's October before he comes. Buffy's on the terrace with the glass in her hand, and it goes through her, under the ribs, left to right, like a bow across a string.

He's across the street, under the awning of the place that sells lamps. There's a coat. There's a cane. He has his collar up, as if that ever once worked. She can't see his face. She can see the gray.

She should go down. It's four flights. It's only stairs, she's good at those.

But then he'd have to say it. He'd have to stand there and thank her. She knows him, he'll have been working on it for months: every animal, every piece of gravel. He'd never be able to look at her again without owing her his life. She doesn't want it. She'd only wanted him to have it.

So she stays where she is, with her hand on the rail, the way you'd stand if you hadn't noticed. She gives him her back. She holds very still, in case he'd like to look.

He's there an hour. He's there again the next night. She's gotten her hair cut.

The third night she turns around. There's the awning, and a wet street, and all those lamps lit up in the window, and nobody.
-> END

=== rome
· · · # break
Rome hasn't moved. It's a thing they pride themselves on.

There's a wine she gets from a man on the Via dei Volsci, who won't tell her what's in it. It's so dark the light doesn't go through. She keeps it in the refrigerator, which you're not supposed to, with a red. Dawn says they used to know a guy who had nothing in his fridge but a bottle of something dark, and he couldn't go out in the daytime, either. By now it's down to an eyebrow and the sound of the door. It's a good joke. It's held up.

What you do is, you go out on the terrace after everyone's in bed, and you fill the glass and hold it up to the moon. You hold it there until it smells like blood. Some nights that takes a while. It takes what it takes. Then you drink it.

If you woke her in the night and asked how many of those doors are green, she could tell you: {green}. Her hand tingles when it's going to rain.

{mend > 2:Willow heard it from Nina, who had to tell someone: he's up. He walks. Nights, he sits by the window, as if there used to be somebody who came in that way.|Willow heard it from Nina, who had to tell someone: he lived. He uses a cane. There's a thing he does with his hand when he's asleep, she says. It keeps closing on the blanket.} He thinks he was alone. He tells Nina he had dreams. He's never asked her about what.

"You're out here again," her lover says.

He's in the doorway in his bare feet. He's a patient man, older than he looks, and he's never pushed. He looks at the bottle, and he looks at the moon.

"Is it finished?"

He might mean the wine. It's only fair to give him the benefit.

+ ["No."]
    -> the_truth
+ ["It is." # careful]
    -> its_done

=== the_truth
# ending: the_truth
~ lover_believes = ()
"No," says Buffy.

She waits to see what she'll say next, and what she says is everything. She tells it in order. It takes until the sky's gray. She tells him about the feet. She tells him how the sauce comes out with the rings on. She tells him about her wrist, what it was like, and watches him understand that nothing he's ever done with her has been in the same country.

He hears it to the end, standing up. He has beautiful manners. They had centuries to work on them.

"And he doesn't know," he says.

"He's never going to."

"But I do," says her lover. He isn't angry. He takes the glass out of her hand, and smells it, and she sees his face change. He sets it on the rail, very carefully, a little way away from her. "I thought I was the one in your house," he says.

· · · # break

He sends for his things. It's all done very nicely. Dawn eats ice cream standing up, in sympathy, and doesn't open the refrigerator.

There's nobody to wait up for now. She can stay out there as long as she wants. She'd thought it would be a relief to have said it. It was the one thing she had that nobody had ever said anything about. Now she holds the glass up, and it's wine.
-> END

=== its_done
# ending: its_done
~ lover_believes += it_is_finished
"It is," says Buffy.

It's the first lie she's ever needed to tell him. It turns out to be easy. It goes down smooth.

He's so glad. She hadn't seen how much he wanted it to be. He comes across the tiles and puts his arms around her from behind, with his chin on her hair, and they stand there and look at it, the roofs, all that moon. He's warm. He's very warm. After a while he takes the glass from her, looks into it, laughs, and turns it upside down over the rail to show her. Not a drop.

There's another one in the refrigerator.

"Come to bed," he says.

"In a minute," says Buffy.

· · · # break

Neither love me for # epigraph
Thine own dear pity's wiping my cheeks dry,— # epigraph
A creature might forget to weep, who bore # epigraph
Thy comfort long, and lose thy love thereby! # epigraph
Elizabeth Barrett Browning, Sonnets from the Portuguese, XIV # epigraph
-> END
