"""What stands under a result before its buttons: the line of evidence, then doubts with both sides, roots, premise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.domain.department import Department
from agents.domain.evidence import Claim, Status, Verdict
from agents.evidence import ledger
from agents.ports import File
from bot.views import standing, words
from bot.views.actions import Action
from bot.views.post import Block, button, context, section, sections
from bot.views.sources import linked, source_hosts
from bot.views.text import escape, short

SHOWN = 5  # of each sort; the window holds all of them
CLAIM, QUOTE, DETAIL = 300, 300, 400  # characters of each that are shown
ID = re.compile(r"\bt[0-9a-z_-]*\.[cu]\d+\b")
QUOTED = re.compile("“([^”]{8,})”")

MEANING = (
    "“traced” means: quote and figures are in the source; nobody has judged the meaning. "
    "“verified” means: traced, and the sceptic found support by a quote of its own."
)


def under_result(file: File, department: Department) -> list[Block]:
    """All that a person should know about the evidence before they decide."""
    every = button(Action.EVIDENCE, "Quotes in context", f"{file.mission.id}|result|1")
    return [
        section(f"*{escape(words.evidence(file))}*", every),
        context(MEANING),
        *_Doubts(file, department).blocks(),
        *_premise(file),
        *_shared(file, department),
    ]


def contested(file: File, department: Department, claims: Sequence[Claim]) -> list[Block]:
    """Claims with what speaks for and against them, at most five: for a form, which opens no other window."""
    return _Doubts(file, department, opens=False).both_sides(claims)


class _Doubts:
    """The doubted claims of one mission."""

    def __init__(self, file: File, department: Department, *, opens: bool = True) -> None:
        self._opens = opens  # whether a button may open the others
        self._file = file
        self._department = department
        self._claims = {claim.id: claim for claim in file.claims}
        self._hosts = source_hosts(file)
        self._rests = standing.dependencies(file)
        self._used = standing.in_use(file)
        self._statuses = standing.statuses(file, self._used)

    def blocks(self) -> list[Block]:
        """Contested first, both sides; then what is blocked, then what is unverified with its root."""
        contested, blocked, bare = (
            [c for c in self._used if self._statuses[c.id] is status]
            for status in (Status.CONTESTED, Status.BLOCKED, Status.UNVERIFIED)
        )
        return [
            *self.both_sides(contested),
            *self._listed(":no_entry: *Blocked:* it must not be used", blocked),
            *self._listed(":grey_question: *Unverified:* nothing was found that carries it", bare),
        ]

    def both_sides(self, claims: Sequence[Claim]) -> list[Block]:
        """One section a claim: what it says and quotes, and what speaks against it."""
        first = sorted(claims, key=lambda claim: not claim.key)
        shown = [block for claim in first[:SHOWN] for block in self._contest(claim)]
        return [*shown, *self._more(len(claims) - SHOWN, "contested")]

    def _contest(self, claim: Claim) -> list[Block]:
        key = " (the result hangs on it)" if claim.key else ""
        word = words.STATUS.get(self._statuses.get(claim.id) or Status.CONTESTED, "")
        icon, _, name = word.partition(" ")
        lines = [f"{icon} *{name.capitalize()}{key}:* {short(claim.text, CLAIM)}"]
        lines += [f"•  For it: {quote}" for quote in self._quotes(claim)[:2]] or ["•  For it: no quote of its own"]
        lines += [f"•  Against it: {found}" for found in self._against(claim)[:2]]
        return sections([*lines, escape(self._origin(claim))])

    def _quotes(self, claim: Claim) -> list[str]:
        return [
            f"“{short(c.quote, QUOTE)}” — {linked(self._file.snapshots.get(c.snapshot), self._hosts)}"
            for c in claim.citations
        ]

    def _against(self, claim: Claim) -> list[str]:
        """What was found against it; the other side's quote where a finding names another claim or quotes a source."""
        bad = (Status.CONTESTED, Status.BLOCKED)
        given = [v for v in self._file.verdicts if v.claim == claim.id and (v.status in bad or _lifts(v))]
        shown: list[str] = []
        for verdict in dict.fromkeys(given):
            said = _quoted(verdict.detail)
            if not any(
                text in before for text in said[-1:] for before in shown
            ):  # the same sentence, found in two ways
                shown.append(self._side(claim, verdict))
        return shown

    def _side(self, claim: Claim, verdict: Verdict) -> str:
        """The finding, with the other side's quote where it names another claim, and where that stands."""
        said = [text for text in _quoted(verdict.detail) if not any(text in c.quote for c in claim.citations)]
        named = [self._claims[id] for id in dict.fromkeys(ID.findall(verdict.detail)) if id in self._claims]
        for other in named:
            if other.id != claim.id and other.citations:
                return f"{short(finding(verdict).partition(': “')[0], DETAIL)}: {self._quotes(other)[0]}"
        where = next((s for text in said for s in self._file.snapshots.values() if text in s.text), None)
        return short(finding(verdict), DETAIL) + (f" — {linked(where, self._hosts)}" if where else "")

    def _listed(self, title: str, claims: Sequence[Claim]) -> list[Block]:
        if not claims:
            return []
        lines = [f"•  {short(claim.text, CLAIM)}\n      {self._why(claim)}" for claim in claims[:SHOWN]]
        more = self._more(len(claims) - SHOWN, title.split("*")[1].rstrip(":").lower())
        return [*sections([title, *lines]), *more]

    def _why(self, claim: Claim) -> str:
        """The newest reason for the status, and where the claim is from."""
        status = self._statuses[claim.id]
        found = [v for v in self._file.verdicts if v.claim == claim.id and v.status is status]
        reason = f"{short(finding(found[-1]), DETAIL)} " if found else ""
        return f"{reason}{escape(self._origin(claim))}"

    def _origin(self, claim: Claim) -> str:
        """For example: From Researcher, task t2, used by 3 later claims."""
        id = ledger.root_of(claim.id, self._claims, self._rests, self._file.verdicts)
        users = ledger.users_of(id, self._rests) & self._claims.keys()
        count = len(users)
        used = f", used by {count} later claim{'s' if count > 1 else ''}" if count else ""
        author = words.name(self._department, self._file.authors.get(id, "somebody"))
        begun = "From" if id == claim.id else f"It rests on {id}, from"
        return f"{begun} {author}, task {standing.task_of(id)}{used}."

    def _more(self, count: int, what: str) -> list[Block]:
        if count <= 0:
            return []
        rest = f"and {count} more {what} claim{'s' if count > 1 else ''}"
        return [section(rest, all_doubts(self._file)) if self._opens else context(rest)]


def all_doubts(file: File) -> Block:
    """The button that opens every doubted claim."""
    return button(Action.EVIDENCE, "See all of them", f"{file.mission.id}|doubted|1")


def _quoted(detail: str) -> list[str]:
    """What a finding quotes, without the dots of a cut."""
    return [text.rstrip("…") for text in QUOTED.findall(detail)]


def _lifts(verdict: Verdict) -> bool:
    return verdict.by == "person" and verdict.reason == standing.OVERRULED


def finding(verdict: Verdict) -> str:
    """A verdict's reason in words for people, with who gave it where that was a person."""
    said = verdict.detail or verdict.reason.replace("_", " ").capitalize() + "."
    if _lifts(verdict):
        return f"It was blocked; overruled by {said}"
    return f"Contested by {said}" if verdict.by == "person" else said


def _premise(file: File) -> list[Block]:
    """The premise on which the conclusion hangs with its claims, and the strongest objection that is left."""
    if not file.result:
        return []
    blocks: list[Block] = []
    if file.result.premise:
        lines = [f"*The conclusion hangs on this:* {short(file.result.premise, 600)}", *_carriers(file)]
        blocks += sections(lines)
    if file.result.objection:
        blocks.append(section(f"*Strongest objection that is left:* {short(file.result.objection, 600)}"))
    return blocks


def _carriers(file: File) -> Iterator[str]:
    assert file.result
    claims = [claim for claim in file.claims if claim.id in file.result.premise_claims]
    statuses = standing.statuses(file, claims)
    for claim in claims[:SHOWN]:
        status = statuses[claim.id]
        yield f"•  {words.STATUS[status] if status else 'opinion'}: {short(claim.text, CLAIM)}"
    if len(claims) > SHOWN:
        yield f"and {len(claims) - SHOWN} more claims"
    if not claims:
        yield "•  No claim on record carries it."


def _shared(file: File, department: Department) -> list[Block]:
    """`3 agents, 1 source`: agreement of several that lean on one source is one voice."""
    found = standing.shared_sources(file)
    hosts = source_hosts(file)
    lines: list[str] = []
    for authors, group in found[:3]:
        names = ", ".join(escape(words.name(department, author)) for author in authors)
        copies = f" and {len(group) - 1} copies of it" if len(group) > 1 else ""
        lines.append(f"*{len(authors)} agents, 1 source:* {linked(file.snapshots[group[0]], hosts)}{copies} — {names}")
    more = [f"and {len(found) - 3} more sources with several users"] if len(found) > 3 else []
    return [context(*lines, *more)] if lines else []
