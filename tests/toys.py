"""Small stories whose graphs are known: states, turns and odds counted by hand.

A toy's `states` are those of the reduced graph: the start, every situation at a choice or a draw
that some reader can tell from the others, and one state for each end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["TOYS", "Toy", "gamblers_ruin", "toy"]


@dataclass(frozen=True)
class Toy:
    """A story, and what is known of it. `playthroughs` is None where there are endlessly many."""

    name: str
    source: str
    states: int
    turns: int
    playthroughs: int | None
    odds: dict[str, float] = field(default_factory=dict)  # of each ending, for the uniform reader
    forever: float = 0.0


def gamblers_ruin(coins: int, stake: int, sides: int, wins: int) -> str:
    """A gambler who starts with `stake` of `coins` and wins a coin on `wins` of `sides`."""
    return f"""
VAR coins = {stake}
-> bet
=== bet
+ [Bet]
    {{ RANDOM(1, {sides}) <= {wins}:
        ~ coins = coins + 1
    - else:
        ~ coins = coins - 1
    }}
    {{ coins:
    - 0: -> ruin
    - {coins}: -> riches
    - else: -> bet
    }}
=== ruin
Ruined. -> END
=== riches
Rich. -> END
"""


TOYS: list[Toy] = []


def toy(name: str) -> Toy:
    """The toy of that name."""
    return next(each for each in TOYS if each.name == name)


def _add(
    name: str,
    states: int,
    turns: int,
    playthroughs: int | None,
    source: str,
    forever: float = 0.0,
    **odds: float,
) -> None:
    TOYS.append(Toy(name, source, states, turns, playthroughs, odds, forever))


# Two dice: the first draw is one state, the second one for each face of the first (its sum waits on
# the stack), then three ends.
_add("dice sum", 1 + 1 + 6 + 3, 1, 36, """
* [Throw]
{ RANDOM(1, 6) + RANDOM(1, 6):
- 7: -> seven
- 2: -> snake
- else: -> other
}
=== seven
-> END
=== snake
-> END
=== other
-> END
""", seven=6 / 36, snake=1 / 36, other=29 / 36)  # fmt: skip

# Four cards dealt without replacement until the ace is out: what was dealt is a set of the other
# three. A draw state for each of the 7 sets that leave more than one card, a choice before each
# deal: the ace can't be last alone unless all three others are out, where there is no draw.
# 1 + 3 + 6 + 6 orders end with the ace.
_add("shuffle bag", 8 + 7 + 1, 8, 16, """
VAR ace = false
-> deal
=== deal
+ [Deal]
  { shuffle:
  - ~ ace = true
  - two
  - three
  - four
  }
  { ace: -> won | -> deal }
=== won
-> END
""", won=1.0)  # fmt: skip

# Which once-only choices are left: 2³ sets, and where none is, the fallback's end instead.
_add("once-only choices", 8, 12, 6, """
-> hub
=== hub
* [a] -> hub
* [b] -> hub
* [c] -> hub
* -> out
=== out
-> END
""", out=1.0)  # fmt: skip

# The same without a fallback: the last set runs out of content.
_add("a hub that runs dry", 4, 4, 2, """
-> hub
=== hub
* [a] -> hub
* [b] -> hub
""")  # fmt: skip

# However often a hub is visited, it is one situation: its count is only printed.
_add("a hub for ever", 2, 2, None, """
-> hub
=== hub
+ [stay] Again. {hub}
  -> hub
+ [go] -> out
=== out
-> END
""", out=1.0)  # fmt: skip

# A count compared with 3 is no more than 0 to 3: four hubs, and two ends.
_add("a patient host", 4 + 2, 4 * 2, None, """
-> hub
=== hub
+ [stay] -> again
+ [go] -> out
=== again
-> hub
=== out
{ again >= 3: -> late | -> early }
=== late
-> END
=== early
-> END
""", early=0.875, late=0.125)  # fmt: skip

# What is entered and never left.
_add("a trap", 3, 3, 1, """
* [in] -> loop
* [out] -> out
=== loop
+ [round] -> loop
=== out
-> END
""", forever=0.5, out=0.5)  # fmt: skip

# A tunnel called from two places: the way back is state, though the choice in it is one.
_add("a tunnel with two ways back", 1 + 2 + 2, 4, 2, """
* [first] -> ask -> first
* [second] -> ask -> second
=== ask
* [yes] ->->
* { second } [never offered] ->->
=== first
-> END
=== second
-> END
""", first=0.5, second=0.5)  # fmt: skip

# A temporary of a tunnel outlives the choice in it and is read after it.
_add("a temporary across a choice", 1 + 3 + 3, 3 + 3, 3, """
* [one] -> keep(1) -> END
* [two] -> keep(2) -> END
* [three] -> keep(3) -> END
=== keep(n)
~ temp twice = n * 2
+ [on]
- { twice:
  - 2: -> low
  - 4: -> middle
  - else: -> high
  }
=== low
-> END
=== middle
-> END
=== high
-> END
""", low=1 / 3, middle=1 / 3, high=1 / 3)  # fmt: skip

# … and one that nobody reads after it is no state.
_add("a dead temporary", 1 + 1 + 1, 3 + 1, 3, """
* [one] -> keep(1)
* [two] -> keep(2)
* [three] -> keep(3)
=== keep(n)
~ temp twice = n * 2
{twice}
+ [on] -> out
=== out
-> END
""", out=1.0)  # fmt: skip

# A parameter by reference, held in a tunnel while a choice is open, is written after it. Which of
# the two it is a reference to is all there is to know in the tunnel.
_add("a reference across a choice", 1 + 2 + 3, 2 + 2 * 2, 4, """
VAR one = 0
VAR two = 0
-> hub
=== hub
{ one + two >= 1: -> count }
+ [one] -> raise(one) -> hub
+ [two] -> raise(two) -> hub
=== raise(ref what)
+ [by one]
  ~ what = what + 1
+ [by two]
  ~ what = what + 2
- ->->
=== count
{ one:
- 0: -> none
- 1: -> single
- else: -> double
}
=== none
-> END
=== single
-> END
=== double
-> END
""", none=0.5, single=0.25, double=0.25)  # fmt: skip

# A reference to a temporary of the frame below.
_add("a reference to a temporary", 1 + 3, 3, 3, """
-> top
=== top
~ temp n = 0
-> raise(n) ->
{ n:
- 1: -> low
- 2: -> middle
- else: -> high
}
=== raise(ref what)
+ [one]
  ~ what = 1
+ [two]
  ~ what = 2
+ [three]
  ~ what = 3
- ->->
=== low
-> END
=== middle
-> END
=== high
-> END
""", low=1 / 3, middle=1 / 3, high=1 / 3)  # fmt: skip

# Threads put choices of several places on one table; one of them is once-only.
_add("choices out of threads", 2 + 1, 3 + 2, None, """
-> table
=== table
<- left
<- right
-> DONE
=== left
* [left once] -> table
=== right
+ [right] -> out
+ [round] -> table
=== out
-> END
""", out=1.0)  # fmt: skip

# A thread's own temporary tells its choices apart.
_add("a thread that remembers", 1 + 3, 3, 3, """
<- door(1)
<- door(2)
<- door(3)
-> DONE
=== door(n)
+ [door {n}]
- { n:
  - 1: -> goat
  - 2: -> car
  - else: -> wall
  }
=== goat
-> END
=== car
-> END
=== wall
-> END
""", goat=1 / 3, car=1 / 3, wall=1 / 3)  # fmt: skip

# How long ago: never, 0, 1, 2 and more can be told apart.
_add("turns since", 5 + 1, 5 * 2 + 1, None, """
-> hub
=== hub
+ [ring] -> bell
+ [wait] -> hub
+ { TURNS_SINCE(-> bell) == 2 } [now] -> out
=== bell
-> hub
=== out
-> END
""", out=1.0)  # fmt: skip

# A string made while running and compared: "" and "a" come to the gate.
_add("a password", 2 + 1, 2 * 2, None, """
VAR said = ""
-> gate
=== gate
+ [a]
  ~ said = "{said}a"
+ [b]
  ~ said = "{said}b"
- { said == "ab": -> open }
{ said == "a": -> gate }
~ said = ""
-> gate
=== open
-> END
""", open=1.0)  # fmt: skip

# A list as a set: which of three lamps burn, but not all.
LAMPS = """
LIST Lamp = red, green, blue
VAR lit = ()
-> room
=== room
+ [red] -> press(red) -> room
+ [green] -> press(green) -> room
+ [blue] -> press(blue) -> room
=== press(lamp)
{ lit ? lamp:
    ~ lit -= lamp
- else:
    ~ lit += lamp
}
{ LIST_COUNT(lit) == 3: -> all }
->->
=== all
-> END
"""
_add("lamps", 7 + 1, 7 * 3, None, LAMPS, all=1.0)

# An empty list that has held a lamp is another than the one that never did, where LIST_ALL asks.
_add("lamps that are asked for", 8 + 1, 8 * 3, None, LAMPS.replace(
    "=== press(lamp)\n", "=== press(lamp)\n{ LIST_ALL(lit) == (red): -> all }\n"
), all=1.0)  # fmt: skip

# One item of a list at random.
_add("a card", 1 + 1 + 2, 1, 3, """
LIST Card = (queen), (king), (ace)
* [draw]
{ LIST_RANDOM(Card):
- ace: -> won
- else: -> lost
}
=== won
-> END
=== lost
-> END
""", won=1 / 3, lost=2 / 3)  # fmt: skip

# A cycle of three: the fourth time is the first.
_add("a cycle", 3 + 1, 3 + 1, None, """
VAR phase = 0
-> hub
=== hub
{ cycle:
- ~ phase = 1
- ~ phase = 2
- ~ phase = 0
}
+ [on] -> hub
+ { phase == 0 } [out] -> out
=== out
-> END
""", out=1.0)  # fmt: skip

# A divert to wherever a variable says.
_add("a variable divert", 1 + 2 + 2, 2 + 2, 2, """
VAR goal = -> first
* [change]
  ~ goal = -> second
* [leave]
-
* [go] -> goal
=== first
-> END
=== second
-> END
""", first=0.5, second=0.5)  # fmt: skip

# Endings are named by their tag.
_add("named endings", 1 + 2, 2, 2, """
* [one] # ending: dawn
  -> END
* [two]
  # ending: dusk
  -> END
""", dawn=0.5, dusk=0.5)  # fmt: skip

# A shuffle keeps what it has dealt, not in which order: none, either of two, or both (the third is
# then no draw). A draw before each deal but that, a choice before each.
_add("a deck dealt for ever", 1 + 3 + 3 + 1, 1 + 3, 5, """
-> deal
=== deal
+ [Deal]
  { shuffle:
  - -> deal
  - -> deal
  - -> out
  }
=== out
-> END
""", out=1.0)  # fmt: skip

# Text that a shuffle varies is no state: a draw and a choice before each of the sets of choices
# made but the last, where the fallback follows the draw at once.
_add("words shuffled", (3 + 3) + 1 + 1, 2 + 1 + 1, 2, """
-> hub
=== hub
The wind {~howls|moans|sighs}.
* [a] -> hub
* [b] -> hub
* -> out
=== out
-> END
""", out=1.0)  # fmt: skip

# One in an element of another has a draw of its own, wherever that is met.
_add("words shuffled in shuffled words", (3 + 3) + 1 + 4 + 1, 2 + 1 + 1, 2, """
-> hub
=== hub
The wind {~howls|moans|sighs in {~the trees|vain}}.
* [a] -> hub
* [b] -> hub
* -> out
=== out
-> END
""", out=1.0)  # fmt: skip

# Twice there is something to deal: a draw at the start and one after each first choice; a choice
# at each of the 7 sets that leave one.
_add("words shuffled once", (1 + 3) + 7 + 1, 3 + 3 * 2 + 3, 6, """
-> hub
=== hub
{!~The wind howls.|Rain.}
* [a] -> hub
* [b] -> hub
* [c] -> hub
* -> out
=== out
-> END
""", out=1.0)  # fmt: skip

# A remainder of a count far from its start: below 10 it is negative, so the first 2 is at 12.
_add("a remainder", 12 + 1, 12, 1, """
-> hub
=== hub
{ (again - 10) % 3 == 2: -> out }
+ [on] -> again
=== again
-> hub
=== out
-> END
""", out=1.0)  # fmt: skip

# An assignment through a reference that is not read before.
_add("a reference only written", 1 + 2, 2, 2, """
VAR n = 0
-> top
=== top
-> set(n) ->
{ n == 1: -> one | -> two }
=== set(ref what)
+ [one]
  ~ what = 1
+ [two]
  ~ what = 2
- ->->
=== one
-> END
=== two
-> END
""", one=0.5, two=0.5)  # fmt: skip
