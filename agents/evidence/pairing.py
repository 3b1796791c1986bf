"""Which words of a quote belong to a claim, and whether names, figures and what they measure are paired alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from agents.domain import figures
from agents.domain.figures import Figure
from agents.evidence import names, wording

_CLAUSE = re.compile(
    r";\s|\s[–—-]\s|,?\s(?:but|while|whereas|although|though|however|yet)\s|,\s(?:which|who|where|when)\s|[()]|[.!?]\s"
)
_SPEAKER_TAIL = re.compile(
    r",?\s(?:according to|as reported by|said|says)\b[^,;]{2,60}$"
    r"|,\s(?:as\s)?[^,]{2,60}\b(?:said|says|told|added|noted|stated|reported|wrote)\b[^,]{0,40}\.?$"
)
_ALL_PAIRS = re.compile(r"^\W*(?:,|and|or|&|with|as well as)\W*$", re.I)
_PASSIVE = re.compile(
    r"\b(?:was|were|is|are|been|be|being|got|gets)\s+(?:\w+ly\s+)?\w+(?:ed|en|ght|ld|de|wn|st|t)\b[^.;]{0,60}\bby\b",
    re.I,
)
_RECIPROCAL = re.compile(
    r"\b(?:merge\w*|partner\w*|compet\w*|rival\w*|join\w*|together|both|between|meet|met|cooperat\w*|collaborat\w*|versus|vs|same|equal\w*)\b",
    re.I,
)

_NUMBER = {
    "two": 2,
    "both": 2,
    "second": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "multiple": 2,
    "several": 2,
    "various": 2,
    "numerous": 2,
    "many": 2,
}
_SOURCES = (
    r"(?:sources?|outlets?|reports?|papers?|publications?|studies|accounts?|articles?|newspapers?|agencies|references"
    r"|documents?|records?|researchers?|analysts?|observers|surveys|media)"
)
_CLAIMED = re.compile(
    rf"\b(?P<many>two|both|three|four|five|six|multiple|several|various|numerous|many|[2-9])\s+(?:\w+ly\s+|\w+\s+)?(?:independent\s+|separate\s+|different\s+|unrelated\s+|distinct\s+)?{_SOURCES}\b"
    rf"|\b(?:independent|separate|different|unrelated|distinct)\s+{_SOURCES}\b"
    r"|\b(?:independently|separately)\s+(?:\w+\s+)?(?:confirm|verif|report|corroborat|establish|attest)\w*"
    r"|\b(?:confirm|verif|report|corroborat|establish|attest)\w*\s+(?:independently|separately|twice)\b"
    r"|\bcorroborat\w*\b|\bcross-?(?:check|verif|confirm)\w*"
    rf"|\b{_SOURCES}\s+(?:all\s+)?(?:agree|concur)\b",
    re.I,
)


def sources_claimed(text: str) -> int:
    """How many sources the text says that there are; 0 when it does not speak of several."""
    match = _CLAIMED.search(text)
    if match is None:
        return 0
    many = (match["many"] or "").casefold()
    return int(many) if many.isdigit() else _NUMBER.get(many, 2)


def aligned(claim: str, text: str) -> str:
    """The clauses of the text that the claim was taken from, without who said it."""
    wanted = frozenset(wording.content(claim))
    told = _SPEAKER_TAIL.sub("", text.strip())
    clauses = [clause for clause in _CLAUSE.split(told) if clause and clause.strip()]
    if len(clauses) < 2:
        return told
    shares = [len(wanted & frozenset(wording.content(clause))) for clause in clauses]
    best = max(shares)
    return " … ".join(clause for clause, share in zip(clauses, shares, strict=True) if share and share * 2 >= best)


# ---- limits ----

_SURELY = frozenset({"among", "amongst", "within", "inside", "outside", "across", "under", "during"})
_NO_LIMIT = frozenset(
    wording.stem(word)
    for word in """
    year years quarter quarters month months week weeks day days half end close start beginning period time times date
    today statement interview report reports filing release conference meeting call letter announcement presentation
    briefing blog post note survey spring summer autumn fall winter january february march april may june july august
    september october november december monday tuesday wednesday thursday friday saturday sunday past last first second
    third fourth fiscal financial calendar previous prior current following early late mid recent same company firm
    figures total average addition fact particular general part case order line response terms view words all least most
    according standard present moment now then board industry world whole
    """.split()
)
_GROUPS = frozenset(  # what a statement may be limited to, behind prepositions that mean many things
    wording.stem(word)
    for word in """
    region regions market markets country countries county state states city cities district districts town towns
    area areas province segment segments category categories branch branches store stores plant
    plants site sites division
    divisions subsidiary pilot pilots trial trials test tests sample samples cohort laboratory simulation customers
    users
    patients adults men women children households members clients visitors students respondents pupils teenagers
    subscribers participants passengers buyers voters employees workers schools hospitals homes routes models versions
    abroad urban rural north south east west northern southern eastern western
    """.split()
)


def limits_dropped(claim: str, text: str, lexicon: names.Lexicon) -> str | None:
    """A place, group or condition that the text names beside its figure, and of which the claim is silent."""
    ours = frozenset(wording.content(claim))
    speakers = names.speakers(text)
    places = frozenset(
        stem for n in names.of(text, lexicon) if n.text not in speakers for stem in wording.content(n.text)
    )
    for match in wording.LIMIT.finditer(text):
        words = frozenset(wording.content(match["what"]))
        if not words or words & ours or not _is_beside_a_figure(match, text):
            continue
        if match["how"].casefold() in _SURELY:
            if words - _NO_LIMIT:
                return match[0].strip()
        elif not words & _NO_LIMIT and words & (places | _GROUPS):
            return match[0].strip()
    return None


def _is_beside_a_figure(match: re.Match[str], text: str) -> bool:
    """Only limits that stand beside a figure of the statement are counted; the rest of a sentence is its own matter."""
    before = text[max(0, match.start() - 60) : match.start()]
    after = text[match.end() : match.end() + 60]
    return any(character.isdigit() for character in before + after)


# ---- roles ----


def swapped(claim: str, text: str, lexicon: names.Lexicon) -> str | None:
    """A sentence about two names that stand in the claim the other way round; None when they do not."""
    ours, theirs = names.of(claim, lexicon), names.of(text, lexicon)
    shared = [(one, next((o for o in theirs if names.same(one, o)), None)) for one in ours]
    pairs = [(one, other) for one, other in shared if other is not None]
    for (one, first), (two, second) in pairwise(pairs):
        if set(one.words) & set(two.words) or set(first.words) & set(second.words):
            continue  # a name within another has no place of its own
        turned = second.end < first.start and _directed(claim, one, two, text)
        if turned and _verbs(claim[one.end : two.start]) & _verbs(text[second.end : first.start]):
            return f"The claim says {one.text} before {two.text}, the quote {second.text} before {first.text}."
    return None


def _directed(claim: str, one: names.Name, two: names.Name, text: str) -> bool:
    """Whether the order of the names means something: not "A and B", not "A was bought by B" for "B bought A"."""
    between = claim[one.end : two.start]
    if _ALL_PAIRS.match(between) or _RECIPROCAL.search(claim) or _RECIPROCAL.search(text):
        return False
    if figures.firm(claim) and re.search(r"\d", between):
        return False  # figures each with their name: paired below
    return bool(_PASSIVE.search(claim)) == bool(_PASSIVE.search(text))


def _verbs(between: str) -> frozenset[str]:
    return frozenset(wording.content(between))


def other_figure(claim: str, text: str, lexicon: names.Lexicon) -> str | None:
    """A sentence about a figure that the text gives to another name or to another quantity; None when it does not."""
    found = [f for f in figures.read(text) if f.kind == "number" and f.firm]
    if len(found) < 2:
        return None
    for figure in (f for f in figures.firm(claim) if f.kind == "number"):
        own = [f for f in found if figures.supported(figure, [f])]
        rest = [f for f in found if f not in own and _one_kind(f, figure)]
        if len(own) == 1 and rest and (detail := _misplaced(claim, figure, text, own[0], rest, lexicon)):
            return detail
    return None


def _one_kind(one: Figure, other: Figure) -> bool:
    money = [f.unit not in ("", "%", "pp", "bp") for f in (one, other)]
    return all(money) or one.unit == other.unit


def _misplaced(
    claim: str, figure: Figure, text: str, own: Figure, rest: Sequence[Figure], lexicon: names.Lexicon
) -> str | None:
    """Whether another figure of the text stands closer to what the claim speaks of than the one that it uses."""
    parts = dict(_segments(text, [own, *rest]))
    beside = _beside(claim, figure)
    best = _nearer_name(names.of(beside, lexicon), parts, own, lexicon) or _nearer_words(beside, parts, own, lexicon)
    if best is None:
        return None
    return f"In the quote {own.text} stands with “{_trim(parts[own])}”, and {best.text} with “{_trim(parts[best])}”."


def _nearer_name(
    wanted: Sequence[names.Name], parts: Mapping[Figure, str], own: Figure, lexicon: names.Lexicon
) -> Figure | None:
    """The figure that the text gives to a name of the claim, when it gives the claim's figure to another name."""
    others = names.of(parts[own], lexicon)
    if not wanted or not others or any(names.same(name, other) for name in wanted for other in others):
        return None
    speakers = names.speakers(parts[own])
    if all(other.text in speakers for other in others):
        return None
    return next((f for f, part in parts.items() if f != own and any(names.found(name, part) for name in wanted)), None)


def _nearer_words(claim: str, parts: Mapping[Figure, str], own: Figure, lexicon: names.Lexicon) -> Figure | None:
    """The figure whose words are those of the claim, when the claim's figure has none of them."""
    there = {f: _unnamed(part, lexicon) for f, part in parts.items()}
    if not there[own]:
        return None  # "and Marlow 31,000": the words before are meant for this figure too
    ours = frozenset(w for w in _unnamed(claim, lexicon) if not all(w in words for words in there.values()))
    best = max((f for f in parts if f != own), key=lambda f: len(ours & there[f]))
    return best if ours & there[best] and not ours & there[own] else None


def _unnamed(text: str, lexicon: names.Lexicon) -> frozenset[str]:
    """The content words of a text that are no names."""
    named = frozenset(stem for name in names.of(text, lexicon) for stem in wording.content(name.text))
    return frozenset(wording.content(text)) - named


def _segments(text: str, found: Sequence[Figure]) -> Iterator[tuple[Figure, str]]:
    """Each figure with the words around it: from the figure before to the next, parted at the joint between them."""
    ordered = sorted(found, key=lambda f: f.start)
    cuts = [0]
    for left, right in pairwise(ordered):
        gap = text[left.end : right.start]
        joint = re.search(r"[,;]|\b(?:and|while|but|against|versus|compared)\b", gap)
        cuts.append(left.end + (joint.start() if joint else 0))
    cuts.append(len(text))
    for n, figure in enumerate(ordered):
        yield figure, text[cuts[n] : cuts[n + 1]]


def _beside(claim: str, figure: Figure) -> str:
    """The words of the claim that go with the figure: all, unless other figures share them out."""
    numbers = [f for f in figures.firm(claim) if f.kind == "number"]
    if len(numbers) < 2:
        return claim
    return dict(_segments(claim, numbers)).get(figure, claim)


def _trim(text: str) -> str:
    return " ".join(text.split()).strip(" ,;.")[:80]
