"""The window that shows every claim of a work with its quote in context: source, day, and all that was found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.domain.artifact import words as all_words
from agents.domain.department import Department
from agents.domain.evidence import ORDER, Citation, Claim, Snapshot, Status, Verdict
from agents.ports import File, TaskRecord
from bot.views import standing, words
from bot.views.actions import Action, Form
from bot.views.evidence import MEANING, finding
from bot.views.marks import Numbers, root_of
from bot.views.modals import BYTES, View, modal, text_input
from bot.views.post import Block, actions, button, context, divider, section
from bot.views.sources import linked, source_hosts
from bot.views.text import plain, short

PAGE = 8  # claims on one page of the window
AROUND = 240  # characters of the source that are shown before and after a quote
LONGEST = 1200  # characters of a quote
QUOTES = 3  # of one claim that are shown
VERDICTS = 6  # of one claim that are shown
BY = {"rule": "Rule", "sceptic": "Sceptic", "person": "Person"}


@dataclass(frozen=True)
class Listing:
    """Claims in the order in which a window shows them, with their numbers in the text it was opened from."""

    title: str
    claims: Sequence[Claim]
    numbers: dict[str, int]


def of_result(file: File) -> Listing:
    """Every claim in use: those of the summary by their numbers, then the others, doubted ones first."""
    numbers = Numbers(file)
    for text in (file.result.summary, *file.result.caveats) if file.result else ():
        numbers.text(text)
    return _listing(file, "Quotes in context", standing.in_use(file), numbers)


def of_doubts(file: File) -> Listing:
    """Every doubted claim in use, the worst first."""
    claims = standing.in_use(file)
    statuses = standing.statuses(file, claims)
    doubted = [claim for claim in claims if statuses[claim.id] in standing.DOUBTED]
    return _listing(file, "Doubted claims", doubted, Numbers(file))


def of_work(file: File, record: TaskRecord) -> Listing:
    """Every claim of a piece of work or named by it, by their numbers in it, then those that no mark names."""
    numbers = Numbers(file)
    if record.artifact:
        numbers.text(all_words(record.artifact))
    named = {reference.claim.id for reference in numbers.references()}
    claims = [c for c in file.claims if standing.task_of(c.id) == record.task or c.id in named]
    return _listing(file, "Quotes in context", claims, numbers)


def _listing(file: File, title: str, claims: Sequence[Claim], numbers: Numbers) -> Listing:
    given = {reference.claim.id: reference.number for reference in numbers.references()}
    statuses = standing.statuses(file, claims)

    def rank(claim: Claim) -> tuple[float, int]:
        status = statuses[claim.id]
        return given.get(claim.id, float("inf")), ORDER.index(status) if status else len(ORDER)

    return Listing(title, sorted(claims, key=rank), given)


def window(file: File, department: Department, listing: Listing, value: str, page: int, *, contest: bool) -> View:
    """One page of the listing. `value` says what was opened; `contest` adds a button for whoever may use it."""
    pages = max(1, -(-len(listing.claims) // PAGE))
    page = min(max(page, 1), pages)
    shown = listing.claims[(page - 1) * PAGE : page * PAGE]
    drawn = _Drawn(file, department, listing.numbers, contest)
    blocks: list[Block] = [context(f"{MEANING} The quote is bold; around it stands what the source says there.")]
    cut = 0
    for claim in shown:
        more = list(drawn.claim(claim))
        if len(json.dumps([*blocks, *more])) > BYTES:
            cut += 1
        else:
            blocks += more
    if not listing.claims:
        blocks.append(section("There is no claim here. What is written was not checked."))
    if cut:
        blocks.append(context(f"{cut} claims of this page are too long for a window; the document holds them."))
    return modal(Form.EVIDENCE, listing.title, [*blocks, *_pager(value, page, pages)], f"{value}|{page}", None)


def _pager(value: str, page: int, pages: int) -> list[Block]:
    if pages == 1:
        return []
    turns: list[Block] = []
    if page > 1:
        turns.append(button(f"{Action.PAGE}_back", "Previous", f"{value}|{page - 1}"))
    if page < pages:
        turns.append(button(f"{Action.PAGE}_on", "Next", f"{value}|{page + 1}"))
    return [context(f"Page {page} of {pages}"), actions(f"pages:{page}", *turns)]


@dataclass(frozen=True)
class _Drawn:
    """Draws claims of one mission."""

    file: File
    department: Department
    numbers: dict[str, int]
    contest: bool

    def claim(self, claim: Claim) -> Iterator[Block]:
        """The claim with its standing, its quotes in context, and its verdicts in the order in which they came."""
        yield section("\n".join(self._head(claim)), self._contest(claim))
        root = root_of(claim, {one.id: one for one in self.file.claims})
        if root is not claim and root.citations:
            yield context(f"It has no quote of its own. This one is from {root.id}: {short(root.text, 300)}")
        for citation in root.citations[:QUOTES]:
            yield from self._quote(citation)
        if len(root.citations) > QUOTES:
            yield context(f"and {len(root.citations) - QUOTES} more quotes")
        yield self._verdicts(claim)
        yield divider()

    def _head(self, claim: Claim) -> list[str]:
        status = standing.statuses(self.file, [claim])[claim.id]
        number = f"[{self.numbers[claim.id]}]  " if claim.id in self.numbers else ""
        author = words.name(self.department, self.file.authors.get(claim.id, "unknown"))
        facts = [f"{claim.id} by {author}"]
        facts += ["the result hangs on it"] if claim.key else []
        facts += [f"computed: {claim.expression}"] if claim.expression else []
        facts += [f"taken from {', '.join(claim.derived_from)}"] if claim.derived_from else []
        return [
            f"{number}*{words.STATUS[status] if status else 'opinion'}*: {short(claim.text, 600)}",
            short(" · ".join(facts), 400),
        ]

    def _contest(self, claim: Claim) -> Block | None:
        status = standing.statuses(self.file, [claim])[claim.id]
        if not self.contest or status in (Status.CONTESTED, Status.BLOCKED):
            return None
        return button(Action.CONTEST, "Contest", f"{self.file.mission.id}|{claim.id}")

    def _quote(self, citation: Citation) -> Iterator[Block]:
        snapshot = self.file.snapshots.get(citation.snapshot)
        before, quote, after, there = in_context(citation, snapshot)
        runs = [_run(before), _run(quote, bold=True), _run(after)]
        element = {"type": "rich_text_quote", "elements": [run for run in runs if run]}
        yield {"type": "rich_text", "elements": [element]}
        missing = "" if there else " · this quote is not in the source"
        by = f" · captured by {short(snapshot.captured_by, 60)}" if snapshot and snapshot.captured_by else ""
        yield context(f"{linked(snapshot, source_hosts(self.file))}{by}{missing}")

    def _verdicts(self, claim: Claim) -> Block:
        given = [verdict for verdict in self.file.verdicts if verdict.claim == claim.id]
        lines = [_line(verdict) for verdict in given[-VERDICTS:]]
        more = [f"and {len(given) - VERDICTS} earlier findings"] if len(given) > VERDICTS else []
        return context(*more, *lines) if lines else context("Nobody has looked at it.")


def _line(verdict: Verdict) -> str:
    """For example: Rule: traced. quote found."""
    reason = verdict.reason.replace("_", " ")
    why = f" ({short(reason, 60)})" if reason != verdict.status else ""
    said = f". {short(finding(verdict), 400)}" if verdict.detail else ""
    return f"{BY.get(verdict.by, verdict.by)}: *{verdict.status}*{why}{said}"


def _run(text: str, *, bold: bool = False) -> Block | None:
    if not text:
        return None
    return {"type": "text", "text": text} | ({"style": {"bold": True}} if bold else {})


def in_context(citation: Citation, snapshot: Snapshot | None) -> tuple[str, str, str, bool]:
    """What the source says before the quote, the quote, what it says after it; and whether it stands there."""
    if snapshot is None:
        return "", plain(citation.quote, LONGEST), "", False
    text, start, end = snapshot.text, citation.start, citation.end
    if start is None or end is None or not 0 <= start < end <= len(text):
        start = text.find(citation.quote)
        if start < 0 or not citation.quote:
            return "", plain(citation.quote, LONGEST), "", False
        end = start + len(citation.quote)
    before = _tail(text[:start])
    after = _head(text[end:])
    quote = text[start:end]
    return before, quote if len(quote) <= LONGEST else quote[:LONGEST].rstrip() + "…", after, True


def _tail(text: str) -> str:
    """The last words before the quote, from the beginning of a word, without what stands paragraphs away."""
    near = text[-AROUND:]
    if len(near) < len(text):
        near = "…" + near.partition(" ")[2] if " " in near else "…"
    return near.rpartition("\n\n")[2] if "\n\n" in near else near


def _head(text: str) -> str:
    near = text[:AROUND]
    if len(near) < len(text):
        near = near.rpartition(" ")[0] + " …" if " " in near else "…"
    return near.partition("\n\n")[0] if "\n\n" in near else near


def contest(claim: Claim, about: str) -> View:
    """Why a person contests a claim; `about` says what it is about and from which page it was opened."""
    blocks = [
        section(f"*{short(claim.text, 600)}*\nIt and all that rests on it will be shown as contested."),
        text_input("note", "What speaks against it?", hint="Stays on record with your name."),
    ]
    return modal(Form.CONTEST, "Contest a claim", blocks, about, "Contest it")


def approve_anyway(gate: str, contested: Sequence[Block]) -> View:
    """Approval over contested key claims: what they are, and why it is given all the same."""
    top = section("*Claims that the result hangs on are contested.* Approving it all the same takes a reason.")
    why = text_input("note", "Why do you approve it?", hint="Stays on record with your name, and is shown with it.")
    return modal(Form.APPROVE, "Approve all the same", [top, *contested, why], gate, "Approve")


def accept_anyway(gate: str, blocked: Sequence[Block]) -> View:
    """Acceptance of work whose claims do not stand."""
    top = section("*These claims are blocked: they do not stand as they are.* Accepting the work overrules that.")
    why = text_input("note", "Why do you accept it?", hint="Stays on record with your name, beside each claim.")
    return modal(Form.ACCEPT, "Accept all the same", [top, *blocked, why], gate, "Accept")
