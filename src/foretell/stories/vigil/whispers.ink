/*
    WHAT HE SAYS

    `near` is how near he is to knowing, and it is also how much he has told her: each step has
    its confession, always in the same order, because it is the order he can bear. The fourth time
    he opens his eyes.
*/

=== nearer
{ near:
- 0:
    ~ near = 1
    He's talking. She takes it for the building, at first. She has to put her ear down to his mouth, as you would to hear the sea.
    It's names. A Doyle, and a Cordelia, who can't be that Cordelia. A Fred. It's a good while until the next. Then Wesley; and he stops, and goes back, and begins again at the beginning, as if he'd been sent to the board to write them out. "I signed it," he says. "They gave me the pen. It wasn't even hard." And then, like a man patting his pockets: "Who's still on the roof?"
    She could tell him. They're none of them on the roof. They're past being cold, and past caring who signed what. He wouldn't hear it.
- 1:
    ~ near = 2
    "I had a son." It is so clear that she looks to see if his eyes are open.
    "I used to sing to him. I don't sing. He'd make a sort of face." Then there's a great deal that she can't follow, about a hell and a knife, and a department store. "So I gave him a family. I had it put in. It's a good one. They barbecue." He is quiet so long that she supposes that's the end of it. "He shook my hand," says Angel. "He said it was nice to meet me."
    She finds that she has taken hold of the bedsheet. It isn't raving. He says it the way you'd give a date of birth. Somewhere out there's a boy with that forehead, and she's one of two people alive to know it, and the other one's asleep.
- 2:
    ~ near = 3
    "We saw her," he tells the wall. "In Rome. Me and him. We had a head in a bag."
    She holds absolutely still.
    "She was dancing. We were up above, there was a rail. He said, you go. I said, you. She never turned around." He breathes, in and out, twice. It's only habit. "She looked so," he says; and hunts for it, all over the dark, for the better part of an hour, and whatever it was that she looked, he hasn't got it; he goes to sleep with his hand still feeling about for it on the floor.
    It was a Thursday. I'd gotten my hair cut. I felt it, under the ribs, and I thought it was the shrimp. # thought
- 3:
    ~ near = 4
    He opens his eyes.
    There's no warning. It's as when you are looking at a window and somebody comes to it. They're brown. You forget. They go over her face, slowly, left to right, like reading. She can't move. She's got a spoon in her hand.
    "Is it still raining?" he asks her, quite politely.
    "No," says Buffy. "It stopped."
    He nods. It seems to be what he had heard. And then there's no one at the window. She stays there on her knees with the spoon up until her arm shakes, and then she lies down behind him on the mattress, in her boots, and gets her arm around him, and for the first time since Rome, lets her teeth chatter.
- else:
    { night mod 3:
    - 0: He has nothing more to tell her. He's told her all of it, in order. What he does now is listen; she'd swear to it. She hears herself start in on Dawn's semester.
    - 1: "Don't," he says, once, and then, "No, do." That's all. She turns it over for the rest of the night, like a key that was in the lining of something.
    - else: He says a word in Irish, or a name. She says it back. He smiles with half his mouth, as at somebody else's child.
    }
}
->->
