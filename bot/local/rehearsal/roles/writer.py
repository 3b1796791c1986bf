"""Writes pieces of one sort: posts, ideas, headlines and the like. The first draft is written without counting."""

import re
from collections.abc import Callable
from dataclasses import replace

from agents.contracts import ClaimDraft, HandOver, ItemDraft
from bot.local.rehearsal import choosing, language, wording
from bot.local.rehearsal import pieces as pieces_of
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Finding, Pool
from bot.local.rehearsal.pieces import pieces
from bot.local.rehearsal.roles import acceptance, texts
from bot.local.rehearsal.roles.notice import NOTICE

_HOOKS = (
    "Before the first {thing}, one question: what happens to it afterwards?",
    "We read the small print so that you need not.",
    "Something we did not expect when we began.",
    "You asked what this is all about.",
    "A plain answer, with its source.",
    "Here is what we keep coming back to.",
    "No promises today, only what is known.",
)
_CLOSES = (
    "What would you want to know first?",
    "Tell us what you would try.",
    "We will show how we checked it.",
    "Which doubt should we answer next?",
    "The day is coming closer. Stay with us.",
)
_PATTERNS = (
    "{Thing}: what we know so far",
    "The honest guide to {thing}",
    "{Thing}, explained without promises",
    "Some doubts about {thing}, answered",
    "What nobody tells you about {thing}",
    "{Thing}: a look behind the label",
    "How to choose {thing} with a clear head",
    "A year with {thing}",
    "{Thing}: the questions to ask first",
    "Why {thing} is worth a second look",
    "The {thing} diary",
    "{Thing} for people who ask twice",
)
_ORDINALS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TRADE = frozenset(
    map(
        language.stem,
        [
            "post",
            "posts",
            "launch",
            "launches",
            "teaser",
            "hashtag",
            "campaign",
            "newsletter",
            "listing",
            "sample",
            "batch",
            "advertise",
            "playbook",
            "correction",
            "reader",
            "character",
        ],
    )
)


def hand_over(ask: Ask, pool: Pool, own: list[ClaimDraft]) -> HandOver:
    """As many items as asked, each on a finding of its own as far as there are any."""
    count = ask.limit("count") or _count(ask) or acceptance.DEFAULT_COUNT
    write = _sort(ask)
    found = usable(ask, pool)
    items = _distinct([write(number, ask, found) for number in range(min(count, 60))])
    named = (piece.noun.removesuffix("s") for piece in pieces(f"write {ask.brief.title}") if piece.noun)
    noun = next(named, "item")
    note = f"{NOTICE} {language.counted(len(items), noun).capitalize()}, first written without counting characters."
    return HandOver(
        title=language.cut(ask.brief.title, 150), note=note, items=items, claims=own, open_points=_open(found, pool)
    )


def _distinct(items: list[ItemDraft]) -> list[ItemDraft]:
    """No two items with the same text: one that says something again says that it does."""
    seen: dict[str, int] = {}
    found = []
    for item in items:
        times = seen[item.text] = seen.get(item.text, 0) + 1
        again = f"{_AGAIN[(times - 2) % len(_AGAIN)]} " if times > 1 else ""
        more = f"({language.spell(times)}) " if times > len(_AGAIN) + 1 else ""
        found.append(item.model_copy(update={"text": f"{again}{more}{item.text}"}) if again else item)
    return found


def _count(ask: Ask) -> int | None:
    found = re.search(rf"\b({language.NUMBER})\b", f"{ask.brief.title} {ask.brief.brief}", re.IGNORECASE)
    return language.number(found[1]) if found else None


def _open(found: list[Finding], pool: Pool) -> list[str]:
    if not pool.findings:
        return ["Nothing was found to build on: the texts state no facts."]
    return [] if found else ["No finding was fit for use in public; the texts state no facts."]


def usable(ask: Ask, pool: Pool) -> list[Finding]:
    """Findings fit for the reader: undoubted, on the topic, not about a rival, not advice to the trade; best first."""
    if not _RIVALS.search(ask.brief.mission):
        near = choosing.on(pool.sound(), ask.primary, 3)
        found = choosing.ranked(near if len(near) >= 3 else pool.sound(), ask.primary)
        return sorted(found, key=lambda one: bool(choosing.fields(one)))
    topic = set(language.terms(ask.topic))

    def fit(one: Finding) -> float:
        said = set(language.terms(one.text))
        return 2 * len(topic & said) + language.has_figure(one.text) - 4 * bool(one.subjects) - 6 * bool(_TRADE & said)

    own = [one for one in pool.sound() if not one.subjects] or pool.sound()
    fitting = sorted((one for one in own if fit(one) > -3), key=lambda one: -fit(one))
    close = [one for one in fitting if topic & set(language.terms(one.text))]
    return close if len(close) >= (ask.limit("count") or acceptance.DEFAULT_COUNT) else fitting


_RIVALS = re.compile(r"\b(?:competitors?|competition|rivals?|launch|campaign)\b", re.IGNORECASE)

Write = Callable[[int, Ask, list[Finding]], ItemDraft]


def _sort(ask: Ask) -> Write:
    said = f"{ask.brief.title} {ask.brief.brief.splitlines()[0]}".lower()
    for words, write in _SORTS:
        if re.search(rf"\b(?:{words})\b", said):
            return write
    return _plain


def _thing(ask: Ask) -> str:
    return language.without_digits(ask.topic).strip() or "it"


def _label(number: int, ask: Ask, prefix: str = "") -> str:
    """Words only: a figure would need a mark. A calendar among the materials gives the channel."""
    place = _ORDINALS[number] if number < len(_ORDINALS) else language.without_digits(str(number + 1)) or "further"
    channels = _channels(ask)
    where = channels[number % len(channels)] if channels else ""
    return (
        f"{where}, {prefix or 'post'} {place}" if where and prefix in ("", "post") else f"{prefix or 'Number'} {place}"
    )


def _channels(ask: Ask) -> list[str]:
    """Channels of the first days in the calendar, else those that the mission names."""
    known = (
        "Instagram",
        "LinkedIn",
        "Facebook",
        "TikTok",
        "Short video",
        "Mastodon",
        "Bluesky",
        "Twitter",
        "Newsletter",
    )
    posted = [name for name in known if name != "Newsletter"]
    rows = [
        row
        for material in ask.brief.materials
        for row in material.work.splitlines()
        if re.match(r"\d{4}-\d\d-\d\d\b", row)
    ]
    planned = [name for row in rows for name in posted if f"| {name}" in row]
    named = [name for name in posted if name.lower() in f"{ask.brief.mission} {ask.brief.brief}".lower()]
    return named or planned


def _post(number: int, ask: Ask, found: list[Finding]) -> ItemDraft:
    """A hook, one or two whole sentences of findings, a question, a hashtag: how long it gets is not looked at."""
    own = _share(number, ask.limit("count") or acceptance.DEFAULT_COUNT, found)
    said = [_HOOKS[number % len(_HOOKS)].format(thing=_thing(ask)), *(one.marked() for one in own)]
    said += [f"We are working on {_article(_thing(ask))}."] if not own or number % 2 == 0 else []
    return ItemDraft(label=_label(number, ask), text=" ".join([*said, _CLOSES[number % len(_CLOSES)], _hashtag(ask)]))


def _share(number: int, items: int, found: list[Finding]) -> list[Finding]:
    """The findings of one item: one of its own, and for some items a second one from the far end of the list."""
    if not found:
        return []
    own = [found[number % len(found)]]
    doubles = min((items + 1) // 2, max(1, len(found) - items))
    second = found[-1 - number // 2 % len(found)]
    return [*own, second] if number % 2 == 0 and number // 2 < doubles and second not in own else own


def _noun(ask: Ask) -> str:
    """What one of the items is called: `notice`."""
    nouns = (piece.noun for piece in pieces(f"write {ask.brief.title}") if piece.noun)
    plural = next(nouns, "")
    return plural.removesuffix("s").capitalize() if plural.endswith("s") else ""


def _article(thing: str) -> str:
    if thing.split()[-1].endswith("s") or thing[:1].isupper():
        return thing
    return f"{'an' if thing[:1].lower() in 'aeiou' else 'a'} {thing}"


def _hashtag(ask: Ask) -> str:
    words = [word for word in re.findall(r"[^\W\d_]+", _thing(ask)) if word.lower() not in language.STOP][-2:]
    return "#" + "".join(word[:1].upper() + word[1:] for word in words) if words else "#News"


def _headline(number: int, ask: Ask, found: list[Finding]) -> ItemDraft:
    thing = _thing(ask)
    text = _PATTERNS[number % len(_PATTERNS)].format(thing=thing, Thing=thing[:1].upper() + thing[1:])
    again = number // len(_PATTERNS)
    return ItemDraft(label="", text=text if not again else f"{text}, part {language.spell(again + 1)}")


_SHORT = (
    "{Thing}, plainly", "Ask us about {thing}", "{Thing}, honestly", "Why {thing}?", "{Thing}, in short",
    "Meet {thing}", "{Thing} and you", "Try {thing}", "{Thing}: yes, but how?", "Know {thing}", "{Thing} today",
    "{Thing}, proven first",
)  # fmt: skip


def shorter(ask: Ask, limit: int, taken: set[str]) -> str:
    """Another line of at most `limit` characters that is not taken; "" when there is none."""
    thing = _thing(ask)
    lines = (one.format(thing=thing, Thing=thing[:1].upper() + thing[1:]) for one in (*_PATTERNS, *_SHORT))
    return next((line for line in lines if len(line) <= limit and line not in taken), "")


def _idea(number: int, ask: Ask, found: list[Finding]) -> ItemDraft:
    head = _headline(number, ask, found).text
    if not found:
        return ItemDraft(label=head, text=f"{head}. What is known about it has still to be found out.")
    own = found[number % len(found)]
    if not _RIVALS.search(ask.brief.mission):
        return _plain(number, ask, _in_turn(found))
    return ItemDraft(
        label=head, text=f"Starts from what is known: {own.marked()} Then asks what it means for the reader."
    )


def _in_turn(found: list[Finding]) -> list[Finding]:
    """The first finding of each source, then the second of each: ideas should come from all of them."""
    places: dict[str, int] = {}
    order = []
    for one in found:
        places[one.source] = places.get(one.source, 0) + 1
        order.append((places[one.source], one))
    return [one for _, one in sorted(order, key=lambda pair: pair[0])]


def _question(number: int, ask: Ask, found: list[Finding]) -> ItemDraft:
    asked = (
        "What would make {thing} worth your time?", "What do you doubt most about {thing}?",
        "Who else should be asked about {thing}?", "What went wrong the last time with {thing}?",
        "How would you notice that {thing} works?", "What should never change about {thing}?",
        "Where do you look first when you want to know about {thing}?", "What would you ask an expert on {thing}?",
    )  # fmt: skip
    return ItemDraft(label="", text=asked[number % len(asked)].format(thing=_thing(ask)))


def _answer(number: int, ask: Ask, found: list[Finding]) -> ItemDraft:
    """A question with the finding that answers it."""
    if number >= len(found):
        asked = _question(number, ask, found)
        return ItemDraft(label="", text=f"{asked.text} That is unknown; no document answers it.")
    one = found[number]
    return ItemDraft(label=texts.question(one, ask), text=one.marked())


def _mail(number: int, ask: Ask, found: list[Finding]) -> ItemDraft:
    subject = _headline(number, ask, found).text
    body = "\n\n".join(
        ["Hello,", *(one.marked() for one in _own(number, ask, found)), _CLOSES[number % len(_CLOSES)], "Kind regards"]
    )
    return ItemDraft(label=f"Subject: {subject}", text=body)


def _letter(number: int, ask: Ask, found: list[Finding]) -> ItemDraft:
    """A letter on a matter of its own."""
    to = re.search(r"\b(?:to|for)\s+(?:the\s+|our\s+)?([^\W\d_]+(?:\s[^\W\d_]+)?)", ask.brief.title)
    greeting = f"Dear {to[1]}," if to else "Dear reader,"
    said = " ".join(one.marked() for one in _own(number, ask, found)) or _unknown(number, ask)
    body = "\n\n".join([greeting, said, _CLOSES[number % len(_CLOSES)], "Kind regards"])
    return ItemDraft(label=_label(number, ask, "Letter"), text=body)


def _plain(number: int, ask: Ask, found: list[Finding]) -> ItemDraft:
    """One or two findings on the item's own matter."""
    matter = _matter(number, ask, found)
    label = _label(number, ask, _noun(ask))
    own = _own(number, ask, found)
    said = " ".join(_without(matter, one) for one in own) if own else _unknown(number, ask)
    return ItemDraft(label=f"{label}, {matter}" if matter else label, text=said)


def _without(matter: str, one: Finding) -> str:
    """The finding without a label that only repeats the matter of the item."""
    label, _, rest = one.text.partition(": ")
    same = rest and matter and wording.roots(label) <= wording.roots(matter)
    return replace(one, text=rest).marked() if same else one.marked()


_AGAIN = (
    "Once more:",
    "To keep in mind:",
    "Please remember:",
    "As said before:",
    "In case it was missed:",
    "And again:",
)


def _unknown(number: int, ask: Ask) -> str:
    place = _ORDINALS[number] if number < len(_ORDINALS) else language.spell(number + 1)
    return f"Number {language.without_digits(place) or 'further'}: on {_thing(ask)} nothing is known; it stays open."


def _matters(ask: Ask) -> list[str]:
    """The matters that the request joins by "and": `refunds and damage`."""
    first = ask.brief.brief.splitlines()[0] if ask.brief.brief else ask.brief.title
    about = pieces_of.matter(first)
    parts = [part.strip() for part in re.split(r",\s*(?:and\s+)?|\s+(?:and|und)\s+", about) if part.strip()]
    return [part for part in parts if wording.content(part) and len(part.split()) <= 4]


def _matter(number: int, ask: Ask, found: list[Finding]) -> str:
    """The matter of the item, where what it says is on it."""
    matters = _matters(ask)
    own = matters[number % len(matters)] if len(matters) > 1 else ""
    fitting = own and choosing.on(_own(number, ask, found), wording.content(own))
    return language.without_digits(own) if fitting else ""


def _own(number: int, ask: Ask, found: list[Finding]) -> list[Finding]:
    """The findings of one item."""
    return _shares(ask, tuple(found))[number] if found else []


def _shares(ask: Ask, found: tuple[Finding, ...]) -> list[list[Finding]]:
    """The findings dealt out: to each item those on its matter first, then what nobody has, then used ones again."""
    count = max(1, min(ask.limit("count") or _count(ask) or acceptance.DEFAULT_COUNT, 60))
    each = 2 if len(found) >= 2 * count else 1
    matters = [wording.content(one) for one in _matters(ask)]
    used: set[str] = set()
    shares: list[list[Finding]] = []
    for number in range(count):
        near = choosing.on(found, matters[number % len(matters)]) if len(matters) > 1 else list(found)
        fresh = [one for one in near if one.id not in used] or [one for one in found if one.id not in used]
        share = (fresh or [(near or list(found))[number % len(near or found)]])[:each]
        used |= {one.id for one in share}
        shares.append(share)
    return shares


_SORTS: tuple[tuple[str, Write], ...] = (
    ("faqs?|(?:questions?|frequently asked).*answers?|frequently asked", _answer),
    ("letters?", _letter),
    ("ideas?|topics?", _idea),
    ("e?-?mails?", _mail),
    ("headlines?|titles?|taglines?|slogans?|names?|lines", _headline),
    ("questions?", _question),
    ("posts?|tweets?|captions?|ads?|social|stories|messages", _post),
)
