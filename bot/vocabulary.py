"""Words by which a reply is told, in English and German, as patterns. One line holds several, parted by `|`."""

from __future__ import annotations

import re

_BEFORE = "ok|okay|please|bitte|hey|hi|now|jetzt|baton|it|das|this|the|die|mission|everything|alles|mal|sofort|right"
_BEHIND = (
    "please|bitte|now|jetzt|it|das|this|the|die|diese|mission|everything|alles|work|plan|result|ergebnis|so|sofort|"
    "baton|right|mal|all|thanks|danke"
)


def _bare(words: str) -> str:
    """These words and nothing besides, but for politeness and for what they are about."""
    one_of = "|".join(part for line in words.split("\n") for part in line.strip().split("|") if part)
    return rf"(?:(?:{_BEFORE})\s+)*(?:{one_of})(?:\s+(?:{_BEHIND}))*"


STOP = re.compile(
    _bare("stop|cancel|abort|halt|stopp|stoppen|abbrechen|abbruch|aufhören|brich ab|anhalten"),
    re.I,
)
PAUSE = re.compile(_bare("pause|paused|hold|hold on|pausieren|stop for now|unterbrechen"), re.I)
RESUME = re.compile(
    _bare("resume|continue|go on|carry on|weiter|weitermachen|mach weiter|fortsetzen|unpause"),
    re.I,
)

_DECIDING = _bare(
    r"""approved?|i approve|lgtm|looks? (?:good|great|fine|ok)(?: to me)?|go(?: ahead| for it)?|ship it|yes|yep|yeah
    ok|okay|fine|do it|accept(?:ed)?|confirmed?|sounds good|perfect|deliver|publish
    ja|jawohl|passt(?: so)?|genehmigt|freigegeben|freigabe|einverstanden|sieht gut aus|in ordnung|los
    los gehts|los geht s|mach das|angenommen|gut so
    reject(?:ed)?|declined?|denied|deny|no|nope|nein|abgelehnt|ablehnen|send(?: it)? back"""
)
DECISION = re.compile(rf"{_DECIDING}(?:\s+{_DECIDING})*", re.I)

_POLITE = _bare(
    r"""thanks?(?: you| a lot| so much)?|thx|ty|great|nice|cool|awesome|wow|haha+|lol|hello|hi|good morning|hm+|brb|fyi
    well done|good work|good job|love it|interesting|congrats|same here|me too|nice work
    danke(?: schön| dir)?|vielen dank|super|toll|klasse|prima|guten morgen|hallo|moin|gute arbeit|spannend"""
)
CHATTER = re.compile(rf"{_POLITE}(?:\s+{_POLITE})*", re.I)

_PIECE = (
    "(?:task|step|section|chapter|table|list|report|summary|analysis|comparison|calendar|schedule|posts?|tweets?|"
    "e-?mail|newsletter|slides?|deck|faq|survey|budget|competitors?|country|countries|market|translation|version|"
    "press release|aufgabe|schritt|abschnitt|kapitel|tabelle|liste|bericht|analyse|zusammenfassung|vergleich|kalender|"
    "beitrag|beiträge|übersetzung|pressemitteilung|wettbewerber|markt|präsentation|presentation)"
)
_TASK = rf"(?:{_PIECE}|t\d+)"
_MAKE = "(?:add|create|write|draft|make|prepare|produce)"
_PATTERNS = (
    rf"\b{_MAKE}\b.{{0,40}}\b(?:also|too|as well|another|additional|second|extra)\b",
    rf"\b(?:also|additionally|in addition|on top)\b.{{0,30}}\b(?:{_MAKE}|we need|i need)\b",
    rf"\b(?:add|create|prepare|produce)\b.{{0,30}}\b{_PIECE}\b",
    rf"\b(?:drop|skip|remove|leave out|forget|scrap|cut|no need for|(?:don t|do not) need)\b.{{0,40}}\b{_TASK}\b",
    rf"\b(?:instead of|rather than)\b.{{0,40}}\b{_PIECE}\b",
    rf"\b\w+\s+(?:more|fewer)\s+{_PIECE}\b",
    r"\b(?:change|widen|narrow|extend|reduce|new)\b.{0,20}\b(?:scope|plan|roadmap|goal|mission)\b",
    rf"\b(?:zusätzlich|außerdem|ausserdem|ergänzend|noch)\b.{{0,40}}\b(?:{_PIECE}|erstell\w*|hinzu\w*)\b",
    r"\b(?:füge|fügt|nimm|nehmt)\b.{0,60}\b(?:hinzu|auf|dazu|raus|heraus)\b",
    rf"\b(?:lass|lasst|streich|streicht|entfern\w*)\b.{{0,40}}\b(?:{_PIECE}|weg|raus|t\d+)\b",
    rf"\b(?:statt|anstatt|anstelle)\b.{{0,40}}\b{_PIECE}\b",
    r"\b(?:ändere|ändert|erweiter\w*|kürz\w*)\b.{0,20}\b(?:plan|umfang|ziel|mission|roadmap)\b",
)
ADDED_TO_A_PIECE = re.compile(
    rf"\badd\b.{{0,40}}\b(?:to|into|in)\s+(?:the|each|every|all)\b.{{0,20}}\b{_PIECE}\b", re.I
)
SCOPE = re.compile("|".join(_PATTERNS), re.I | re.S)
