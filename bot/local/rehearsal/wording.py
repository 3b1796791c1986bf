"""Which words of a request say what it is about, and which only say where to look, for whom and in what form."""

import re
import unicodedata
from functools import lru_cache

from bot.local.rehearsal import language

_SOURCES = """
document documents file files folder library handbook manual guide notes note report reports survey transcript
transcripts minutes page pages paper papers source sources text texts material materials attachment attachments article
articles record records protocol archive collection book books chapter
dokument dokumente dokumenten datei dateien unterlagen ordner bibliothek handbuch bericht berichte texte quellen
"""
_FORMS = """
write draft create make prepare produce build compose design develop generate suggest propose list plan brainstorm
outline schedule come provide add include deliver set put research find investigate look explore gather collect identify
study examine check discover scan analyse analyze compare assess evaluate rank contrast weigh summarise summarize sum
explain describe review recommend answer translate turn tell show help want wants asked question questions
summary overview table list email memo brief briefing faq announcement newsletter proposal article
description copy paragraph essay introduction conclusion digest piece notice notices letter post posts tweet
tweets idea ideas headline headlines social media item items short long brief quick good best top first last next
important main please kindly word words character characters point points thing things line lines everything anything
something all every each part parts people topic topics fact facts mission task hand over keep keeps mark marks claim
claims figure figures quote quotes verbatim could found say says know known report
frequently checklist calendar blurb cover back plain simple clear language answers schedule
poem poems song songs haiku haikus slogan slogans tagline taglines quiz recommendation recommendations poster
schreibe schreib erstelle fasse zusammen zusammenfassung mache mach liste entwirf verfasse nenne vergleiche erkläre
tabelle brief aushang aushänge hinweis hinweise bitte kurz kurze kurzen drei vier fünf zwei wichtigsten
"""
_GERMAN = """
der die das den dem des ein eine einen einem einer eines und oder aber über für mit von vom zum zur zu auf aus bei nach
ist sind war wird werden wurde nicht auch wie was wer wo wann warum welche welcher welches ich wir ihr sie er es im in
an am als bis dass sich uns unser unsere unseren um so nur noch man mehr alle allen dieser diese dieses gegen durch
"""
_TELLTALE = frozenset(
    "der die das den ein eine einen und über für mit bitte nicht wir unsere zum zur im ist eines einer aller".split()
)
GERMAN = frozenset(_GERMAN.split())


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.replace("ß", "ss"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """A rough common form in English and German, without accents: `Beiträge` and `Beitrag` meet."""
    found = language.stem(_folded(word))
    for ending in ("ungen", "ung", "en"):
        if len(found) > len(ending) + 3 and found.endswith(ending):
            return found.removesuffix(ending)
    return found


SOURCES = frozenset(map(root, _SOURCES.split()))
FORMS = frozenset(map(root, _FORMS.split()))


def is_german(text: str) -> bool:
    """Whether the text is written in German, by its small words."""
    said = [word.lower() for word in language.words(text)]
    found = [word for word in said if word in _TELLTALE]
    if len(said) <= 8:
        return any(word not in ("die", "den") for word in found)
    return len(found) >= max(2, len(said) // 10)


@lru_cache(maxsize=5_000)
def roots(text: str) -> frozenset[str]:
    """The words that carry meaning, in their common form."""
    small = language.STOP | GERMAN if is_german(text) else language.STOP
    said = (part for whole in language.words(text) for part in (whole, *re.split(r"[-'’]", whole)))
    return frozenset(root(word) for word in said if len(word) > 1 and word.lower() not in small)


# These are always where to look; the others only when a pronoun leads them: "our library", but "the town's library".
_ALWAYS = frozenset(map(root, "document file folder attachment attachments transcript source sources material".split()))
_ALWAYS |= frozenset(map(root, "materials files transcripts documents dokumente dokumenten unterlagen dateien".split()))
_ONE_SOURCE = "|".join(sorted(set(_SOURCES.split()), key=len, reverse=True))
_LED = re.compile(
    r"\b(?:our|my|your|this|these|those|attached|enclosed|given|provided|in the|from the|unser\w*|diese\w*|"
    r"(?:files|documents|papers|pages) (?:in|of|from) (?:the|our|this))\s+"
    rf"(?:(?:{_ONE_SOURCE})(?:\s*,\s*|\s+and\s+|\s+und\s+)?(?:the\s+|our\s+)?)+\b",
    re.IGNORECASE,
)


def content(text: str) -> frozenset[str]:
    """What a request is about: without its verbs, forms, counts, and the sources it names."""
    said = roots(_LED.sub(" ", text))
    return frozenset(one for one in said if one not in FORMS | _ALWAYS and not one[0].isdigit())


def only_sources(phrase: str) -> bool:
    """Whether the phrase only says where to look: `our handbook`, `these documents`, `the files in the library`."""
    said = roots(phrase)
    return bool(said) and not {one for one in said if one not in SOURCES | _GIVEN}


_GIVEN = frozenset(map(root, "attached enclosed given following existing available internal own uploaded".split()))
_AUDIENCE = re.compile(
    r"\b(?:for|to|für|an)\s+(?:(?:the|our|my|a|an|all|new|your|die|den|unsere|lay|busy)\s+)*"
    r"([^\W\d_]+(?:\s+(?:members|staff|team|colleagues|readers?|board|council|customers|users))?)",
    re.IGNORECASE,
)


def audience(text: str) -> frozenset[str]:
    """For whom something is made: `for the board`, `to citizens`."""
    return frozenset(one for found in _AUDIENCE.findall(text) for one in roots(found))


def meet(wanted: str, said: str) -> bool:
    """Whether two roots are the same word, or one is a longer word with the other in it."""
    if wanted == said:
        return True
    short, long = sorted((wanted, said), key=len)
    return len(short) >= 5 and (long.startswith(short) or (len(short) >= 6 and short in long))
