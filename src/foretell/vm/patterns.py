"""Shapes in compiled ink that lowering recognises.

ink's compiler writes strings, labels of choices, tags and the way back from shared text always in
the same few ways. Each function here tells one such shape from the nodes around a place; none
changes anything, and a story that is written otherwise is lowered without the shortcut.
"""

from __future__ import annotations

from foretell import container as tree
from foretell.container import (
    BEGIN_STRING,
    END,
    END_STRING,
    ChoicePoint,
    Command,
    Container,
    Divert,
    LegacyTag,
    Node,
    StringValue,
    container_at,
    resolve_path,
)
from foretell.vm.survey import RETURN_VARIABLE

__all__ = [
    "choice_label",
    "constant_string",
    "ending_names",
    "ending_tag",
    "label_strings",
    "returns",
    "tags_at_top",
]


def returns(container: Container) -> bool:
    """Whether a container goes back through `$r`."""
    last = container.content[-1] if container.content else None
    return isinstance(last, Divert) and last.variable and last.target == RETURN_VARIABLE


def label_strings(content: list[Node], index: int) -> list[tuple[int, int]]:
    """The strings that build a choice's label after the `ev` at `index`: where each begins and
    ends."""
    found: list[tuple[int, int]] = []
    begin = depth = 0
    for i in range(index + 1, len(content)):
        node = content[i]
        if node is BEGIN_STRING:
            if not depth:
                begin = i
            depth += 1
        elif node is END_STRING and depth:
            depth -= 1
            if not depth:
                found.append((begin, i))
        elif node is END and not depth:
            after = content[i + 1] if i + 1 < len(content) else None
            if type(after) is not ChoicePoint:
                return []
            flags = after.flags
            count = bool(flags & tree.HAS_START_CONTENT)
            return found[: count + bool(flags & tree.HAS_CHOICE_ONLY_CONTENT)]
    return []


def choice_label(holder: Container, end: int) -> tuple[str, tuple[str, ...], bool]:
    """The fixed text and tags of a choice, item `end` of its holder; whether logic varies them."""
    begin, depth = end, 0
    while begin > 0:  # back to where the evaluation begins that ends before the choice point
        begin -= 1
        node = holder.content[begin]
        if isinstance(node, Command) and node.name in ("ev", "/ev"):
            depth += 1 if node.name == "/ev" else -1
            if depth == 0:
                break
    parts: list[str] = []
    tags: list[str] = []
    tag: list[str] | None = None
    varies = False
    wanted = dict(label_strings(holder.content, begin))
    open_until = -1
    shown: set[Container] = set()  # the shared texts met: damaged ones may hold themselves
    for index in range(begin, end):
        open_until = wanted.get(index, open_until)
        if index > open_until:
            continue
        pending: list[tuple[Node, Container]] = [(holder.content[index], holder)]
        while pending:
            node, around = pending.pop(0)
            if isinstance(node, StringValue):
                (parts if tag is None else tag).append(node.text)
            elif isinstance(node, Command) and node.name == "#":
                tag = []
            elif isinstance(node, Command) and node.name == "/#":
                tags.append(" ".join("".join(tag or []).split()))
                tag = None
            elif isinstance(node, Divert) and node.kind == "->" and not node.variable:
                shared = container_at(node.place or resolve_path(around, node.target)[0])
                if shared is not None and returns(shared) and shared not in shown:
                    shown.add(shared)
                    pending[:0] = [(inner, shared) for inner in shared.content]
                else:
                    varies = True
            elif isinstance(node, LegacyTag):
                tags.append(node.text.strip())
            elif isinstance(node, Container):
                varies = varies or bool(node.content)
            elif isinstance(node, Divert):
                varies = varies or node.target != RETURN_VARIABLE
            elif not (isinstance(node, Command) and node.name in ("str", "/str")):
                varies = True
    return "".join(parts).strip(" \t"), tuple(tags), varies


def constant_string(content: list[Node], index: int) -> tuple[str, int] | None:
    """The text of a string without logic begun at `index`, and how many nodes it takes."""
    parts: list[str] = []
    for i in range(index + 1, len(content)):
        node = content[i]
        if isinstance(node, StringValue) and "\n" not in node.text:
            parts.append(node.text)
        elif isinstance(node, Command) and node.name == "/str":
            return "".join(parts), i - index + 1
        else:
            return None
    return None


def ending_tag(content: list[Node], index: int) -> str | None:
    """The name in an `# ending: name` tag begun at `index`, if it is one and is fixed text."""
    text = ""
    for i in range(index + 1, len(content)):
        node = content[i]
        if isinstance(node, StringValue):
            text += node.text
        elif isinstance(node, Command) and node.name == "/#":
            text = text.strip()
            return text[7:].strip() if text.startswith("ending:") else None
        else:
            return None
    return None


def ending_names(root: Container) -> set[str]:
    """What the story's `# ending:` tags call its endings."""
    found: set[str] = set()
    for node, _ in root.walk():
        if isinstance(node, LegacyTag) and node.text.startswith("ending:"):
            found.add(node.text[7:].strip())
        elif isinstance(node, Container):
            for index, inner in enumerate(node.content):
                if isinstance(inner, Command) and inner.name == "#":
                    found.add(ending_tag(node.content, index) or "")
    return found - {""}


def tags_at_top(root: Container) -> list[str]:
    """The tags above the story's first content."""
    tags: list[str] = []
    content: list[Node] = root.content[::-1]  # what is next stands last
    text: list[str] | None = None
    while content:
        node = content.pop()
        if isinstance(node, Container):
            content.extend(reversed(node.content))
        elif isinstance(node, Command) and node.name == "#":
            text = []
        elif isinstance(node, Command) and node.name == "/#" and text is not None:
            tags.append(" ".join("".join(text).split()))
            text = None
        elif isinstance(node, StringValue):
            if text is not None:
                text.append(node.text)
            elif node.text.strip():
                break
        elif isinstance(node, LegacyTag):
            tags.append(node.text.strip())
        else:
            break
    return tags
