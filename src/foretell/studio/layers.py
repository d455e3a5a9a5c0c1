"""Places in rows, so that most roads lead down and few of them cross.

After Sugiyama, simplified. A node's *layer* is the least number of routes from the start (a map
is read from there); routes therefore lead at most one layer down, and no long edge has to be
threaded through layers between. Within a layer, nodes are ordered by the mean position of their
neighbours (barycentre), in sweeps down and up; the order with the fewest crossings is kept. A
layer wider than the page is broken into several rows.

    rows = arrange([0, 1, 2], [(0, 1), (0, 2)], start=0, columns=7)     # [[0], [1, 2]]

What this does not do: coordinates and curves, which are `pictures`'.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

__all__ = ["arrange", "crossings", "layers_from"]

_SWEEPS = 12


def layers_from(
    nodes: Sequence[int], edges: Iterable[tuple[int, int]], start: int
) -> list[list[int]]:
    """Nodes by their distance from the start; what it does not lead to begins again below."""
    onward: dict[int, list[int]] = defaultdict(list)
    arrived: dict[int, int] = dict.fromkeys(nodes, 0)
    for a, b in edges:
        onward[a].append(b)
        if a != b:
            arrived[b] = arrived.get(b, 0) + 1
    layer: dict[int, int] = {}
    base = 0
    roots = sorted(nodes, key=lambda n: (n != start, arrived[n] > 0))
    for root in roots:
        if root in layer:
            continue
        # a second root stands in the first layer if nothing leads to it, else below all others
        layer[root] = 0 if not arrived[root] else base
        queue = deque([root])
        while queue:
            a = queue.popleft()
            for b in onward[a]:
                if b in arrived and b not in layer:
                    layer[b] = layer[a] + 1
                    queue.append(b)
        base = max(layer.values()) + 1
    found: list[list[int]] = [[] for _ in range(base)]
    for node in nodes:
        found[layer[node]].append(node)
    return [row for row in found if row]


def crossings(upper: Sequence[int], lower: Sequence[int], edges: Iterable[tuple[int, int]]) -> int:
    """How many pairs of edges between two rows cross."""
    above = {n: i for i, n in enumerate(upper)}
    below = {n: i for i, n in enumerate(lower)}
    ends = sorted(
        (above[a], below[b])
        for pair in edges
        for a, b in (pair, pair[::-1])
        if a in above and b in below
    )
    # inversions of the lower ends, counted in a Fenwick tree
    tree = [0] * (len(lower) + 1)
    count = 0
    for seen, (_, b) in enumerate(ends):
        at = b + 1
        before = 0
        while at > 0:
            before += tree[at]
            at -= at & -at
        count += seen - before
        at = b + 1
        while at <= len(lower):
            tree[at] += 1
            at += at & -at
    return count


def arrange(
    nodes: Sequence[int], edges: Sequence[tuple[int, int]], start: int, columns: int
) -> list[list[int]]:
    """The nodes in rows of at most `columns`, from the start down."""
    layers = layers_from(nodes, edges, start)
    near: dict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    between = _between(layers, edges)
    best, fewest = [list(row) for row in layers], _all_crossings(layers, between)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        order = range(1, len(layers)) if down else range(len(layers) - 2, -1, -1)
        for i in order:
            fixed = layers[i - 1] if down else layers[i + 1]
            place = {n: (j + 0.5) / len(fixed) for j, n in enumerate(fixed)}
            own = {n: (j + 0.5) / len(layers[i]) for j, n in enumerate(layers[i])}
            layers[i] = sorted(layers[i], key=lambda n: _mean(n, near, place, own))
        count = _all_crossings(layers, between)
        if count < fewest:
            best, fewest = [list(row) for row in layers], count
        if not fewest:
            break
    return [row for layer in best for row in _broken(layer, columns)]


def _mean(
    node: int, near: dict[int, list[int]], place: dict[int, float], own: dict[int, float]
) -> float:
    """The barycentre of a node's neighbours in one row; its own place if it has none there."""
    found = [place[n] for n in near[node] if n in place]
    return sum(found) / len(found) if found else own[node]


def _between(
    layers: list[list[int]], edges: Sequence[tuple[int, int]]
) -> list[list[tuple[int, int]]]:
    layer = {n: i for i, row in enumerate(layers) for n in row}
    found: list[list[tuple[int, int]]] = [[] for _ in layers]
    for a, b in edges:
        if a in layer and b in layer and abs(layer[a] - layer[b]) == 1:
            found[min(layer[a], layer[b])].append((a, b))
    return found


def _all_crossings(layers: list[list[int]], between: list[list[tuple[int, int]]]) -> int:
    return sum(crossings(layers[i], layers[i + 1], between[i]) for i in range(len(layers) - 1))


def _broken(layer: list[int], columns: int) -> list[list[int]]:
    """A layer as rows of nearly equal length."""
    count = -(-len(layer) // columns)
    size = -(-len(layer) // count)
    return [layer[i : i + size] for i in range(0, len(layer), size)]
