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
    He's talking. At first she thinks it's the building. She has to put her ear right down to his mouth, like a seashell.
    It's names. A Doyle. A Cordelia, who can't be that Cordelia. A Fred. It's a long time until the next one. Then Wesley, and he stops, and goes back, and starts again at the beginning, like a kid sent to the board to write them out. "I signed it," he says. "They gave me the pen. It wasn't even hard." And then, like a man patting his pockets: "Who's still on the roof?"
    She could tell him. Nobody's on the roof. They're past being cold, all of them, and past caring who signed what. Spike, too. He wouldn't hear it.
- 1:
    ~ near = 2
    "I had a son." It is so clear that she looks to see if his eyes are open.
    "I used to sing to him. I don't sing. He'd make a sort of face." Then there's a lot she can't follow, about a hell, and a knife, and a department store. "So I gave him a family. I had it put in. It's a good one. They barbecue." He's quiet for so long that she thinks that's it. "He shook my hand," says Angel. "He said it was nice to meet me."
    She finds she has a fistful of the sheet. It isn't raving. He says it like a date of birth. Somewhere out there is a boy with that forehead, who doesn't know, and now she does.
- 2:
    ~ near = 3
    "We saw her," he tells the wall. "In Rome. Me and him. We had a head in a bag."
    She holds absolutely still.
    "She was dancing. We were up above, there was a rail. He said, you go. I said, you. She never turned around."
    The candle gutters, and gets over it. "She looked so," he says, and hunts for it, all over the dark, for most of an hour. Whatever it was she looked, he can't find it. He goes to sleep with his hand still feeling for it on the floor.
    It was a Thursday. I'd gotten my hair cut. I felt it, under the ribs, and I thought it was the shrimp. # thought
- 3:
    ~ near = 4
    He opens his eyes.
    There's no warning. It's like when you're looking at a window and somebody comes to it. They're brown. You forget. They go over her face slowly, left to right, like reading. She can't move. She has a spoon in her hand.
    "Is it still raining?" he asks her, quite politely.
    "No," says Buffy. "It stopped."
    He nods. He'd heard that. And then there's nobody at the window. She stays there on her knees with the spoon up until her arm shakes. Then she lies down behind him on the mattress, in her boots, and gets her arm around him, and for the first time since Rome lets her teeth chatter.
- else:
    { night mod 3:
    - 0: He has nothing left to tell her. What he does now is listen. She'd swear to it. She hears herself start in on Dawn's semester.
    - 1: "Don't," he says, once, and then, "No, do." That's all. She turns it over for the rest of the night, like a key she found in the lining of something.
    - else: He says a word in Irish, or a name. She says it back. He smiles with half of his mouth.
    }
}
->->
