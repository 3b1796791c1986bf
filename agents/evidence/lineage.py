"""What rests on what: doubt runs down from a claim to all that was taken from it, and only fresh evidence sheds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agents.domain import figures
from agents.domain.evidence import ORDER, OVERRULED, Claim, Dependency, Snapshot, Status, Verdict, status
from agents.evidence import independence, names, wording
from agents.evidence.passage import passage

BAD = frozenset({Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED})
BORNE = 0.5  # share of a claim's words that evidence of its own has to hold
_SHOWN = 120


@dataclass(frozen=True)
class Graph:
    """Claims with what each rests on, in the order in which the dependencies were found."""

    parents: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]

    def related(self, one: str, other: str) -> bool:
        """Whether one of the two rests on the other."""
        return other in _reach(one, self.parents) or one in _reach(other, self.parents)


def graph(dependencies: Iterable[Dependency]) -> Graph:
    """The dependencies both ways; each once, none on itself."""
    parents: defaultdict[str, dict[str, None]] = defaultdict(dict)
    children: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for one in dependencies:
        if one.claim != one.on:
            parents[one.claim][one.on] = None
            children[one.on][one.claim] = None
    return Graph({id: tuple(on) for id, on in parents.items()}, {id: tuple(by) for id, by in children.items()})


def users_of(claim: str, dependencies: Iterable[Dependency]) -> frozenset[str]:
    """Ids of all claims that rest on the claim, directly or not."""
    return _reach(claim, graph(dependencies).children)


def _reach(start: str, edges: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    seen: set[str] = set()
    left = list(edges.get(start, ()))
    while left:
        id = left.pop()
        if id not in seen:
            seen.add(id)
            left += edges.get(id, ())
    return frozenset(seen - {start})


def root_of(
    claim: str, claims: Mapping[str, Claim], dependencies: Iterable[Dependency], verdicts: Sequence[Verdict]
) -> str:
    """The id of the claim where this claim's doubt began; its own id when it began here or there is none."""
    parents, standing = graph(dependencies).parents, statuses(claims, verdicts)
    own = _own_doubts(verdicts)
    seen = {claim}
    while standing.get(claim) in BAD and claim not in own:
        above = [id for id in parents.get(claim, ()) if id in claims and id not in seen and standing[id] in BAD]
        if not above:
            break
        claim = min(above, key=lambda id: (_rank(standing[id]), above.index(id)))
        seen.add(claim)
    return claim


def _own_doubts(verdicts: Iterable[Verdict]) -> frozenset[str]:
    """Claims about which something bad was found that they did not inherit."""
    return frozenset(v.claim for v in verdicts if v.status in BAD and not is_inherited(v))


def is_inherited(verdict: Verdict) -> bool:
    """Whether a claim has this verdict from what it rests on."""
    return verdict.reason.startswith("inherits_")


def statuses(claims: Mapping[str, Claim], verdicts: Iterable[Verdict]) -> dict[str, Status | None]:
    """The standing of every claim, in one pass over the verdicts."""
    about: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        about[verdict.claim].append(verdict)
    return {id: status(claim, about.get(id, ())) for id, claim in claims.items()}


def _rank(standing: Status | None) -> int:
    return len(ORDER) if standing is None else ORDER.index(standing)


def consequences(
    claims: Mapping[str, Claim],
    dependencies: Iterable[Dependency],
    verdicts: Sequence[Verdict],
    snapshots: Mapping[str, Snapshot],
) -> tuple[Verdict, ...]:
    """The new verdicts that follow for descendants, so that no claim stands better than what it rests on.

    A claim with fresh evidence of its own is spared, and what rests on it as well. Verdicts that were drawn before
    are not drawn again; nothing here ever raises a status.
    """
    tree = graph(dependencies)
    standing = statuses(claims, verdicts)
    first: dict[str, str] = {}
    drawn: list[Verdict] = []
    left = sorted((id for id, one in standing.items() if one in BAD), key=lambda id: _rank(standing[id]))
    while left:  # the worst first, so that every claim is reached by the worst that it rests on
        parent = left.pop(0)
        for id in tree.children.get(parent, ()):
            if id not in claims or _rank(standing[id]) <= _rank(standing[parent]):
                continue
            if is_fresh(
                claims[id], [claims[on] for on in _tainted(id, tree, claims, standing)], claims, tree, snapshots
            ):
                continue
            first[id] = first.get(parent, parent)
            bad = standing[parent]
            assert bad is not None
            drawn.append(
                _inherited(claims[id], bad, parent, root_of(parent, claims, dependencies, (*verdicts, *drawn)), claims)
            )
            standing[id] = bad
            left.append(id)
            left.sort(key=lambda one: _rank(standing[one]))
    return tuple(drawn)


def _tainted(id: str, tree: Graph, claims: Mapping[str, Claim], standing: Mapping[str, Status | None]) -> list[str]:
    return [on for on in tree.parents.get(id, ()) if on in claims and standing[on] in BAD]


def _inherited(claim: Claim, standing: Status, parent: str, root: str, claims: Mapping[str, Claim]) -> Verdict:
    what = f"It rests on {parent} ({standing})"
    if root != parent:
        what += f", which goes back to {root}"
    text = " ".join(claims[root].text.split())
    text = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return Verdict(claim.id, "rule", standing, f"inherits_{standing}", f"{what}: “{text}”.")


# ---- fresh evidence ----


def is_fresh(
    claim: Claim,
    tainted: Sequence[Claim],
    claims: Mapping[str, Claim],
    tree: Graph,
    snapshots: Mapping[str, Snapshot],
) -> bool:
    """Whether a quote of its own carries all of the claim, from a source other than its tainted parents'."""
    used = {
        c.snapshot
        for parent in tainted
        for id in (parent.id, *_reach(parent.id, tree.parents))
        if id in claims
        for c in claims[id].citations
    }
    return any(
        citation.start is not None
        and citation.snapshot in snapshots
        and _is_independent(snapshots[citation.snapshot], used, snapshots)
        and bears(claim, citation.quote, snapshots)
        for citation in claim.citations
    )


def _is_independent(snapshot: Snapshot, used: Iterable[str], snapshots: Mapping[str, Snapshot]) -> bool:
    return not any(
        id == snapshot.id or (id in snapshots and independence.copies(snapshot.text, snapshots[id].text)) for id in used
    )


def bears(claim: Claim, quote: str, snapshots: Mapping[str, Snapshot]) -> bool:
    """Whether the quotes of the claim, with their sentences and titles, hold its figures, its names and its words."""
    cited = [c for c in claim.citations if c.quote == quote and c.snapshot in snapshots]
    if figures.missing(claim.text, [quote]):
        return False
    near = "\n".join(f"{p.snapshot.title}\n{p.sentence}" for c in cited if (p := passage(c, snapshots[c.snapshot])))
    lexicon = names.lexicon(snapshot.text for snapshot in snapshots.values())
    if any(not names.found(name, near) for name in names.of(claim.text, lexicon)):
        return False
    words, borne = wording.content(claim.text), frozenset(wording.content(near))
    return not words or sum(word in borne for word in words) / len(words) >= BORNE


# ---- undeclared reuse ----

_REPHRASED = 0.6  # share of the smaller text's words that make one a rephrasing of the other


def reused(
    claims: Sequence[Claim], earlier: Iterable[Claim], declared: Iterable[Dependency], snapshots: Mapping[str, Snapshot]
) -> list[Dependency]:
    """Which of the earlier claims, all of other authors, each claim repeats without saying so."""
    lineage = graph(declared)
    lexicon = names.lexicon(snapshot.text for snapshot in snapshots.values())
    found: list[Dependency] = []
    before = [(other, _traits(other, lexicon)) for other in earlier if other.kind != "opinion"]
    for claim in claims:
        if claim.kind == "opinion":
            continue
        known = _reach(claim.id, lineage.parents)
        own = _traits(claim, lexicon)
        found += [
            Dependency(claim.id, other.id, "detected")
            for other, traits in before
            if other.id not in known and _repeats(own, traits)
        ]
    return found


@dataclass(frozen=True)
class _Traits:
    figures: tuple[figures.Figure, ...]
    names: tuple[names.Name, ...]
    words: frozenset[str]


def _traits(claim: Claim, lexicon: names.Lexicon) -> _Traits:
    numbers = tuple(f for f in figures.firm(claim.text) if f.kind == "number")
    return _Traits(numbers, tuple(names.of(claim.text, lexicon)), frozenset(wording.content(claim.text)))


def _repeats(one: _Traits, two: _Traits) -> bool:
    """The same figure of the same name, or the same words."""
    named = any(names.same(name, other) for name in one.names for other in two.names)
    if one.figures and two.figures:
        return named and any(figures.supported(figure, [other]) for figure in one.figures for other in two.figures)
    if one.figures or two.figures or not one.words or not two.words:
        return False
    return (
        len(one.words & two.words) / min(len(one.words), len(two.words)) >= _REPHRASED
        and len(one.words & two.words) > 2
    )


# ---- a person's word ----


def overruled(
    ids: Iterable[str],
    who: str,
    reason: str,
    claims: Mapping[str, Claim],
    dependencies: Iterable[Dependency],
    verdicts: Sequence[Verdict],
) -> tuple[Verdict, ...]:
    """The verdicts by which a person lifts the blocks of these claims, and of those that are blocked by them alone."""
    tree, standing, own = graph(dependencies), statuses(claims, verdicts), _own_doubts(verdicts)
    lifted = [id for id in ids if standing.get(id) is Status.BLOCKED]
    for id in lifted:  # grows while it is walked
        for child in tree.children.get(id, ()):
            blocked = [on for on in tree.parents.get(child, ()) if standing.get(on) is Status.BLOCKED]
            if (
                standing.get(child) is Status.BLOCKED
                and child not in own
                and child not in lifted
                and all(on in lifted for on in blocked)
            ):
                lifted.append(child)
    return tuple(Verdict(id, "person", Status.UNVERIFIED, OVERRULED, f"{who}: {reason}") for id in lifted)
