"""Where instructions come from: by pc, a place in the source and the path of a container.

Lowering notes of each instruction the number of a container and the index of the item that it was
lowered from. Only messages, reports and pictures ask what these stand for, and of a large story
hardly any does, so it is looked up in the tree when somebody asks:

    pc            7         8         9             10
    where       12, 3     12, 3     12, ITSELF    12, ITS_END
    span        of its item 3       its own       of its last line
    path        the container's
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, overload

from foretell.container import Container, Node
from foretell.diagnostics import Span

__all__ = ["ITSELF", "ITS_END", "NOWHERE", "Origins", "Paths"]

ITSELF: Final = -1  # in place of an index: the container as such, and where its content runs out
ITS_END: Final = -2
NOWHERE: Final = Container()  # what stands in no file of the story comes from here
NOWHERE.number = -1


class Paths(Sequence[str]):
    """The paths of containers, each found out when it is asked for.

    In a deep story they are long: a thousand gathers in a row nest one in another.
    """

    def __init__(self, containers: list[Container]) -> None:
        self._containers = containers

    def __len__(self) -> int:
        return len(self._containers)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        found = self._containers[at]
        return found.path if isinstance(found, Container) else [each.path for each in found]

    def __iter__(self) -> Iterator[str]:
        around: Container | None = None  # neighbours mostly stand in one container
        above = ""
        for container in self._containers:
            outer = container.parent
            if outer is not around:
                around = outer
                above = outer.path if outer is not None else ""
            yield f"{above}.{container.component}" if above else container.component


class Origins:
    """What each instruction was lowered from; `where` has two numbers for each."""

    def __init__(self, containers: list[Container]) -> None:
        self.containers = containers
        self.where: list[int] = []
        self._spans: list[Span | None] = []
        self._paths: list[str] = []

    def forget(self, begin: int) -> None:
        """From this pc on, everything comes from nowhere."""
        for at in range(2 * begin, len(self.where), 2):
            self.where[at] = NOWHERE.number

    @property
    def spans(self) -> list[Span | None]:
        """By pc: the place in the source, None where the story was read from JSON."""
        where = self.where
        begin = 2 * len(self._spans)
        self._spans += map(self._span, where[begin::2], where[begin + 1 :: 2])
        return self._spans

    @property
    def paths(self) -> list[str]:
        """By pc: the path of the container, "" for the root."""
        known: dict[int, str] = {NOWHERE.number: ""}
        for number in self.where[2 * len(self._paths) :: 2]:
            path = known.get(number)
            if path is None:
                path = known[number] = self.containers[number].path
            self._paths.append(path)
        return self._paths

    def _span(self, number: int, index: int) -> Span | None:
        if number < 0:
            return None
        container = self.containers[number]
        if index == ITSELF:
            return container.span
        return container.spans[index] if index >= 0 else _end_of(container)


def _end_of(container: Container) -> Span | None:
    """Where a container's content ends: its last line, since what runs out does so there."""
    last: Node = container
    span = container.span
    while isinstance(last, Container) and last.content:
        span = last.spans[-1]
        last = last.content[-1]
    span = span or container.span
    if span is None or span.end_line <= span.line:
        return span
    return Span(span.source, span.end_line, max(1, span.end_column - 1), *span[3:])
