"""Whether words ask for a schedule, cheaply and by rule: only then a model is asked to read them."""

from __future__ import annotations

import re

DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays?|workdays?|business\s+days?"
    r"|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonntags?|werktags?|arbeitstage?"
)
CLOCK = r"(?:at\s+|um\s+|@\s*)?\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|uhr|h|o['’]clock)?"
NUMBER = r"\d{1,4}|two|three|four|five|six|ten|twelve|zwei|drei|vier|fünf|sechs|zehn|zwölf"
SPAN = r"minutes?|hours?|days?|weeks?|months?|minuten?|stunden?|tage?|wochen?|monate?"
EVERY = (
    rf"(?:every|each|jeden|jede|jedes|alle)\s+(?:(?:other|second|first|last|ersten|letzten|{NUMBER})\s+)?"
    rf"(?:{DAY}|{SPAN}|morning|evening|tag|morgen|abend|monat|quarter|quartal)\b"
)
ADVERB = r"daily|weekly|monthly|hourly|täglich|wöchentlich|monatlich|stündlich|werktags"
RHYTHM = rf"{ADVERB}|(?:on\s+)?(?:{DAY})"
ORDINAL = (
    rf"(?:on|at|am|an)\s+(?:the\s+|jedem\s+)?(?:(?:first|second|third|fourth|last|ersten|zweiten|dritten|letzten)\s+"
    rf"(?:{DAY}|day|tag)\b|\d{{1,2}}(?:st|nd|rd|th|\.)\s*(?:of\s+(?:each|every|the)|jeden|des|im)\s)"
)
LATER = (
    rf"(?:(?:tomorrow|morgen)(?![\x27’])|übermorgen|day\s+after\s+tomorrow|tonight|heute\s+abend|(?:next|on|am|nächsten)\s+(?:{DAY})"
    rf"|in\s+(?:{NUMBER}|an?|einer|einem)\s+(?:{SPAN})|on\s+\d{{4}}-\d{{2}}-\d{{2}})"
)
POLITE = r"(?:(?:please|bitte|baton|schedule|plane|and|from\s+now\s+on|ab\s+jetzt)[\s,:]+)*"

OPENS = re.compile(
    rf"^\W*{POLITE}(?:(?:{EVERY})|(?:{RHYTHM})\b|(?:{ORDINAL})|(?:{LATER})\b|(?:at|um)\s+{CLOCK}\b)", re.I
)
CLOSES = re.compile(
    rf"(?:(?:{EVERY})|(?:{LATER})|\b(?:{ADVERB}))[\s,]*(?:morning|früh)?[\s,]*(?:at|um|@)\s*{CLOCK}\W*$", re.I
)


def might_be(text: str) -> bool:
    """Whether the words open with when, or end with a rhythm and a time of day."""
    return bool(OPENS.search(text) or CLOSES.search(text))
