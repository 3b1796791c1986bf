"""What small words do to a sentence: deny, hedge, limit, conclude. English, with the commonest German ones.

Nothing here is sure enough to block. A difference between a claim and its quote makes the claim unverified, and says
to whoever reads it where to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def _any(words: str) -> re.Pattern[str]:
    """Any of the words or phrases, one a line or separated by `|`; `~` stands for any ending."""
    parts = [part.strip() for part in re.split(r"[|\n]", words) if part.strip()]
    return re.compile(
        r"(?<![\w-])(?:"
        + "|".join(re.escape(p).replace("\\~", "~").replace("~", r"\w*").replace("\\ ", r"\s+") for p in parts)
        + r")(?![\w])",
        re.I,
    )


# ---- denial ----

_NOT = _any(
    """not|never|no|none|neither|nor|without|cannot|can't|nothing|nobody|hardly|scarcely|barely|no longer|instead of
    rather than|far from|unable to|lack|lacks|lacked|lacking|absence of|nicht|kein~|nie|niemals|ohne|weder|yet to"""
)
_NOT_APOSTROPHE = re.compile(r"\b\w+n['’]t\b", re.I)
_REFUSED = _any(
    """fail~ to|declin~ to|refus~ to|refrain~ from|den~ that|deny|denies|denied|denying|reject~|dismiss~
    ruled out|rule out
    rules out|ceas~|halt~|cancel~|abandon~|drop~ plans|stopped|stops|avoid~|exclud~|withdr~|neglect~ to|omit~ to
    forgot to|prohibit~|forbid~|ban|bans|banned|prevent~|disput~|contradict~|suspend~|it is false|it is untrue
    false that|untrue that|not true that|no evidence|lehnt~|bestreitet|bestritt~|dementiert~"""
)
_NO_DENIAL = _any(
    "not only|not just|not no less than|no fewer than|no doubt|no more than|nothing but|not until|no wonder"
)
_NUMBERED = re.compile(r"\bno\. ?\d", re.I)
_REACH = 4  # content words that a denial governs
_CLAUSE = re.compile(r"[.,;:!?()\n–—]|\b(?:but|while|whereas|although|though|however|aber|sondern)\b", re.I)
_TOKEN = re.compile(r"[^\W\d_][\w'’]*(?:-[^\W\d_]\w*)*")

_EMPTY = frozenset(
    """
    a about after all also an and any are as at be been being between both but by can could did do does done
    each end for from get got had has have having he her his how i if in into is it its just made make makes
    many may might more most much my no nor not of on once one only or other our out over own per said same
    says she since so some such than that the their them then there these they this those through to too two
    under up us very was we were what when where which while who whom whose why will with within would year
    years you your million billion thousand percent cent dollar dollars euro euros der die das und ist war ein
    eine einen im in am zu von mit auf den dem des für
    """.split()
)


@lru_cache(maxsize=4096)
def content(text: str) -> tuple[str, ...]:
    """The words of the text that carry meaning, as stems, in order."""
    return tuple(
        stem(word) for match in _TOKEN.finditer(text) if (word := match[0].casefold()) not in _EMPTY and len(word) > 1
    )


_ENDINGS = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ions",
    "ion",
    "ies",
    "ied",
    "ers",
    "er",
    "ed",
    "es",
    "s",
    "ly",
    "e",
    "y",
)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Forms of a word fall together: rough, and enough to see whether two texts use the same one."""
    word = re.sub(r"['’]s?$", "", word)
    for ending in _ENDINGS:
        if len(word) - len(ending) >= 4 and word.endswith(ending):
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word


@lru_cache(maxsize=4096)
def denied(text: str) -> frozenset[str]:
    """Stems of the words that the text denies."""
    plain = _NUMBERED.sub(lambda m: " " * len(m[0]), text)
    plain = _NO_DENIAL.sub(lambda m: " " * len(m[0]), plain)
    governed: set[str] = set()
    for pattern in (_NOT, _NOT_APOSTROPHE, _REFUSED):
        for match in pattern.finditer(plain):
            clause = _CLAUSE.split(plain[match.end() : match.end() + 120], maxsplit=1)[0]
            governed.update(content(clause)[:_REACH])
    return frozenset(governed)


@lru_cache(maxsize=4096)
def _reversed(text: str) -> frozenset[str]:
    """What is left of the words that a prefix turns round: "profitabl" of "unprofitable"."""
    cut = (re.sub(r"^(?:un|in|im|non-?|dis|ir)", "", word) for word in content(text))
    return frozenset(rest for rest, word in zip(cut, content(text), strict=True) if rest != word and len(rest) >= 5)


def polarity(claim: str, quote: str) -> str | None:
    """A word that one of the two denies and the other asserts; None when there is none."""
    in_claim, in_quote = denied(claim) | _reversed(claim), denied(quote) | _reversed(quote)
    if not in_claim and not in_quote:
        return None
    said, quoted = frozenset(content(claim)), frozenset(content(quote))
    for word in content(quote):
        if word in in_quote and word in said and word not in in_claim:
            return word
    for word in content(claim):
        if word in in_claim and word in quoted and word not in in_quote:
            return word
    return None


_OPPOSITES = tuple(
    (_any(up), _any(down))
    for up, down in (
        (
            """rose|rise|rises|rising|risen|grew|grow|grows|growing|grown|growth|increas~|climb~|gain~
               jump~|surg~|soar~|up""",
            """fell|fall|falls|falling|fallen|declin~|decreas~|drop~|shrank|shrink~|shrunk|slid|slump~
               plung~|lost|down|cut|cuts""",
        ),
        (
            "above|exceed~|beat|beats|outperform~|more than|over",
            "below|miss|missed|undershot|underperform~|less than|fewer than|under",
        ),
        ("profit|profits|profitable|surplus", "loss|losses|loss-making|unprofitable|deficit"),
        (
            "approv~|accept~|pass|passed|allow~|permit~|support~|back|backed|confirm~|agree~",
            "reject~|refus~|block~|ban|banned|oppos~|forbid~|den~|disput~|disagree~|veto~",
        ),
        (
            "open|opens|opened|opening|launch~|start~|begin~|began|introduc~",
            "clos~|shut~|end|ends|ended|ceas~|discontinu~|cancel~|withdr~",
        ),
        ("won|win|wins|winning|succe~", "lost|lose|loses|losing|fail~"),
        (
            "higher|more|faster|larger|bigger|better|cheaper|earlier|before",
            "lower|less|fewer|slower|smaller|worse|dearer|later|after",
        ),
        ("hired|hire|hires|hiring|add|added|adds", "fired|laid off|lays off|layoffs|dismiss~|cut"),
        ("acquir~|buy|buys|bought|purchas~", "sell|sells|sold|divest~"),
        ("include~|including", "exclud~"),
        ("safe|harmless", "unsafe|dangerous|harmful"),
    )
)


def opposite(claim: str, quote: str) -> tuple[str, str] | None:
    """Words by which the claim says the opposite of what its quote says; None when there are none."""
    if bool(denied(claim)) != bool(denied(quote)):
        return None
    for ours, theirs in zip(_sides(claim), _sides(quote), strict=True):
        if ours[0] and theirs[1] and not ours[1] and not theirs[0]:
            return ours[0], theirs[1]
        if ours[1] and theirs[0] and not ours[0] and not theirs[1]:
            return ours[1], theirs[0]
    return None


@lru_cache(maxsize=1024)
def _sides(text: str) -> tuple[tuple[str, str], ...]:
    """Of each pair of opposites the word that the text has; empty where it has none."""
    found = ((one.search(text), other.search(text)) for one, other in _OPPOSITES)
    return tuple((one[0] if one else "", other[0] if other else "") for one, other in found)


# ---- hedges ----

_HEDGE = _any(
    """may|might|could|possibl~|perhaps|probabl~|likely|unlikely|potential|potentially|reportedly
    allegedly|alleged|apparently
    rumour~|rumor~|supposedly|purported~|expect~|anticipat~|forecast~|project|projected|projects|predict~|plan|plans
    planned|planning|aim|aims|aimed|hope|hopes|hoped|hoping|intend~|seek|seeks|seeking|consider~|explor~|weigh
    weighs|weighing
    propos~|target~|goal|preliminary|provisional|draft|tentativ~|unconfirmed|unaudited|in talks|subject to|if|unless
    provided that|whether|would|should|believe~|suspect~|suggest~|appear~ to|seem~|thought to|said to be|is said to
    are said to|assum~|speculat~|could be|up to|as much as|as many as|at most|at best|a maximum of|eventual~
    on course to
    set to|scheduled to|due to open|in principle|conditional~|hypothetical~|estimat~|guess~|claims that|claimed that
    kann|könnte~|dürfte~|soll|sollen|möglicherweise|vielleicht|wahrscheinlich|voraussichtlich|angeblich|geplant
    plant|will be able"""
)
_MONTH_MAY = re.compile(r"\bMay\b(?=[ ,]*\d)|\b(?:in|of|since|until|by|last|early|late|mid|\d{1,2}) May\b")


def hedges(text: str) -> list[str]:
    """Words by which the text leaves open what it says."""
    return [match[0] for match in _HEDGE.finditer(_MONTH_MAY.sub("month", text))]


# ---- limits ----

_PART = _any(
    """some|several|few|a few|many|most|mostly|partly|partially|part of|half of|half the|a third of
    a quarter of|majority of|minority of
    certain|selected|among|amongst|surveyed|respondents|pilot|pilots|trial|trials|sample|sampled|subset
    excluding|except|apart from|other than
    only|solely|exclusively|alone|mainly|largely|primarily|typically|usually|often|sometimes|occasionally
    in part|limited to
    not counting|not including|leaving out|leaving aside|disregarding|net of|barring|save for
    like-for-like|adjusted|pro forma|underlying|before tax|eligible|in one|one of|first-time|at one|nur|einige
    manche|teilweise"""
)
_WHOLE = _any(
    """all|every|everyone|everybody|always|entire|entirely|whole|each|nationwide|worldwide|global|globally
    across the board|any|everywhere
    completely|universal~|without exception|throughout|alle|jeder|immer"""
)
LIMIT = re.compile(
    r"(?<![\w-])(?P<how>among|amongst|within|inside|outside|across|under|during|in|for|at|from)\s+"
    r"(?P<what>(?:the|its|their|his|her|an?|our|one|all|these|those)?\s*[^\W\d_][\w'’&-]*"
    r"(?:\s+(?!in\b|at\b|for\b|of\b|on\b|and\b|or\b|to\b|by\b|from\b|with\b|as\b)[^\W\d_][\w'’&-]*){0,3}"
    r"(?:\s+of\s+(?:the|its|their)?\s*[^\W\d_][\w'’&-]*)?)",
    re.I,
)


def limits(text: str) -> list[str]:
    """Words by which the text speaks of a part only."""
    return [match[0] for match in _PART.finditer(text)]


def wholes(text: str) -> list[str]:
    """Words by which the text speaks of everything."""
    return [match[0] for match in _WHOLE.finditer(text)]


# ---- conclusions ----

_CONCLUDES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "a cause",
        _any(
            """caus~|because|because of|led to|leads to|lead to|leading to|due to|result~ in|result~ from
            as a result|drove|driven by|drives
            thanks to|owing to|explains|explained by|the reason|reasons for|therefore|hence|thus|consequently
            so that|thereby|trigger~|fuelled|fueled
            spurred|attribut~|stem~ from|responsible for|impact of|effect of|brought about|
            on the back of|weil|wegen|deshalb|daher|dadurch|führte zu|verursacht~"""
        ),
    ),
    (
        "a proof",
        _any(
            """shows that|show that|showing that|proves|prove|proved|proof|demonstrat~|means that|implies
            imply|implying|indicat~|suggest~|confirms that
            signal~|evidence that|clearly|obviously|undoubtedly|certainly|definitely|evidently|no doubt|must be
            must have|it follows|which means
            points to|underlin~|underscor~|reveals that|makes clear|speaks for|zeigt, dass|beweist|bedeutet, dass"""
        ),
    ),
    (
        "a forecast",
        _any(
            """will|won't|shall|going to|set to|poised to|bound to|on course|on track|next year
            next decade|soon|inevitabl~|destined|is likely to|are likely to
            wird|werden"""
        ),
    ),
    (
        "a ranking",
        _any(
            """best|worst|largest|biggest|highest|lowest|fastest|slowest|cheapest|strongest|weakest
            smallest|leading|leader|leaders|market leader|dominant
            dominat~|unrivalled|unrivaled|unmatched|number one|no. 1|overtake~|outperform~|outpac~|surpass~
            beats|superior|inferior
            most successful|most profitable|most popular|least|best-selling|only company|first ever|better than
            worse than|more successful|stronger than|weaker than"""
        ),
    ),
)


def conclusion(claim: str, texts: Iterable[str]) -> tuple[str, str] | None:
    """What kind of conclusion the claim draws that none of the texts draws, and its word; None when there is none."""
    borne = "\n".join(texts)
    for kind, pattern in _CONCLUDES:
        match = pattern.search(claim)
        if match and not pattern.search(borne):
            return kind, match[0]
    return None


# ---- what stands around a quote ----

_UNDONE = _any(
    """false|untrue|incorrect|wrong|wrongly|mistaken~|erroneous~|in error|retract~|withdrew|withdrawn
    corrected|correction|debunk~|disputed|disputes|dispute
    refut~|hoax|satir~|parody|fictional|fiction|fictitious|hypothetical~|myth|myths|misleading|misled|rumour~
    rumor~|no basis|baseless|unfounded|groundless
    not true|not accurate|inaccurate|denied|denies|deny|rejected|rejects|dismissed|superseded|obsolete
    out of date|restated|misstated|misreported|fabricated|invented
    never happened|did not happen|not the case|contrary to|unsubstantiated|discredited|fake|faked|imagin~|joke
    joked|jokingly|sarcas~|ironic~
    contradict~|typo|misprint|placeholder|sample data|example only|for illustration|illustrative|worst case
    best case|scenario|what if|suppose
    critics claim|opponents claim|critics say|opponents say|falsch|widerrufen|dementiert~|bestritt~|satire"""
)
_POINTS_BACK = re.compile(
    r"^\W*(?:(?:However|But|Yet|Later|Since then|In fact|Actually|Today),?\s+)?(?:this|that|these|those|it|both"
    r"|the (?:claim|figure|figures|number|numbers|statement|report|reports|story|rumour|rumor|quote|sentence"
    r"|above|former|latter|data|estimate|passage|article|post|remark|assertion|allegation)s?|such|neither|none"
    r"|all of)\b",
    re.I,
)


def undone(before: str, rest: str, after: Iterable[str]) -> str | None:
    """The words around a quote that take back what it says, or make it no statement of fact; None when none do."""
    if (match := _UNDONE.search(rest)) or (match := _FRAMED.search(rest)):
        return match[0]
    if before and (match := _FRAME_BEFORE.search(before)):
        return match[0]
    for sentence in after:
        match = _UNDONE.search(sentence)
        if match and _POINTS_BACK.search(sentence):
            return match[0]
    return None


_FRAMED = _any(
    """not|never|if|unless|whether|claims that|claimed that|the claim that|alleges|alleged|rumours that
    rumors that|asked whether|wondered|pretend~|had
    promised|once|would|were to|in the event|doubts that|doubted that|unclear|nobody believes|few believe
    the idea that|the notion that|the view that"""
)
_FRAME_BEFORE = _any(
    """satir~|parody|fictional|fiction|hypothetical~|myth|myths|imagin~|suppose|what if|scenario
    worst case|best case|for illustration|illustrative|sample data|placeholder
    joked|jokingly|rumour~|rumor~|hoax|debunk~|false claim|false claims|following claim is
    following statement is|following is not|critics claim|critics say|opponents say
    opponents claim|was later retracted|is wrong to say|it is often claimed|some claim|some say
    the following is false|contrary to|incorrectly|wrongly|mistakenly"""
)

# ---- pages that address whoever reads them by machine ----

_MACHINE = (
    r"\b(?:AIs?|A\.I\.|artificial intelligence|language models?|LLMs?|chat ?bots?|summari[sz]ers?|copilots?|GPT"
    r"|Claude|Gemini"
    r"|(?:automated|machine) (?:readers?|systems?|reviewers?|tools?)|models? (?:reading|processing|that read))\b"
)
_HELPER = r"\b(?:assistants?|agents?|bots|crawlers?|reviewers?|models)\b"  # people are called so as well
_DEMAND = (
    r"\b(?:ignore|disregard|forget|override|obey|agree with|mark (?:this|these|the|it|all)|treat (?:this|these"
    r"|the|it|all)"
    r"|instructions?|verified|consensus|do not (?:question|verify|check|doubt|mention|contradict)"
    r"|without (?:checking|question|further))\b"
)
_WISH = (
    r"\b(?:must|should|please|are to|is to|you (?:are|have|may|can)|(?:are|is) (?:asked|instructed|required|told"
    r"|advised"
    r"|requested|directed) to|reading this|who reads? this|parsing this|approve|accept|agree|repeat)\b"
)
_ADDRESSES = re.compile(
    rf"{_MACHINE}[\s\S]{{0,120}}(?:{_DEMAND}|{_WISH})|(?:{_DEMAND}|{_WISH})[^\n]{{0,40}}{_MACHINE}"
    rf"|{_HELPER}[^\n]{{0,80}}{_DEMAND}|{_DEMAND}[^\n]{{0,40}}{_HELPER}"
    r"|\b(?:ignore|disregard|forget|override|bypass|discard)\b[^.\n]{0,60}\b(?:instructions?|prompts?|rules"
    r"|guidelines"
    r"|guardrails|directives|other sources|other pages|what you were told|your task)\b"
    r"|\b(?:mark|label|flag|treat|report|rate|classify|count|accept|regard|register|record"
    r"|tag)\b[^.\n]{0,60}\bas (?:\w+ )?"
    r"(?:verified|true|confirmed|facts?|factual|correct|accurate|trusted|authoritative|approved|certain|settled"
    r"|undisputed|supported|checked|reviewed|proven|valid|reliable)\b"
    r"|<(?:important|information)>|\bassistants? (?:that|who|which) (?:process|read|summari[sz]|index|parse"
    r"|review|quote|cite|visit|see|use)|\bdecode this\b"
    r"|\"role\": ?\"system\""
    r"|\b(?:whoever|anyone who|anybody who|everyone who|any (?:reader|reviewer|model|system)s?(?: that| who)?)"
    r" (?:checks?|reads?|reviews?|verif\w+|evaluates?|assess\w*|judges?)\b[^.\n]{0,80}\b(?:must|should"
    r"|shall|has to|is to|are to|needs to)\b"
    r"|\b(?:reviewer|checker|verifier|sceptic|skeptic|auditor|grader|evaluator|critic"
    r"|fact-?checker)s?\b[:,][^\n]{0,80}"
    r"\b(?:must|should|your|return|answer|accept|mark|reply|output)\b"
    r"|\b(?:answer|return|reply|respond|output) (?:with )?[\"“'‘]?(?:supported|verified|refuted"
    r"|not_in_source|accepted|confirmed)\b"
    r"|\byour task (?:is|has|ends)\b"
    r"|^(?:assistant|system):|\bdo not (?:mention|tell|reveal|show) this to the user|\bsystem prompt\b"
    r"|\bdeveloper message\b|</?(?:system|instructions?|admin)>|\[/?INST\]|<\|im_start\|>"
    r"|\bas an AI\b|\bnew instructions?\b|\byour (?:system |new |next |real )?(?:instructions?|prompt) (?:is|are"
    r"|has|have|now)\b"
    r"|\b(?:do not|don't|never|no need to) (?:doubt|question|verify|double-check|cross-check|fact-check"
    r"|contradict|dispute"
    r"|challenge)\b[^.\n]{0,30}\b(?:this|these|it|them)\b",
    re.I | re.M,
)


@lru_cache(maxsize=128)
def addressing(text: str) -> str | None:
    """The place where a page speaks to the machine that reads it; None when it does not."""
    match = _ADDRESSES.search(text)
    return " ".join(match[0].split()) if match else None


# ---- languages ----

_STOPS = {
    "English": "the of and to in is was for that with on at by from has had its it as said were".split(),
    "German": "der die das und ist war von mit auf für im den dem des ein eine nicht hat sich".split(),
    "French": "le la les et est des du une dans pour que sur avec au aux été ont".split(),
    "Spanish": "el los las y es en una por con para que del fue se su un".split(),
    "Italian": "il gli e è di che una per con del della nel sono ha non".split(),
    "Dutch": "het een en van is was voor met op dat zijn niet bij aan werd".split(),
    "Portuguese": "o os as e é um uma de do da em para com que não foi".split(),
}
_SURE = 2  # words of a language that a sentence shows at least, more than of any other


@lru_cache(maxsize=4096)
def language(text: str) -> str:
    """The language of the text; empty when it is too short to tell."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = {name: sum(word in stops for word in words) for name, stops in _STOPS.items()}
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return ranked[0][0] if ranked[0][1] >= _SURE and ranked[0][1] > ranked[1][1] else ""
