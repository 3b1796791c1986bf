"""One spelling of plain values, so that the same content has the same digest before and after it was stored."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

UNFIT = re.compile("[\0\ud800-\udfff]")  # what databases refuse in text; they keep U+FFFD in its place


def digest(body: object) -> str:
    """SHA-256 of the body in one spelling, in hexadecimal."""
    text = json.dumps(fit(body), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def fit(value: object) -> object:
    """The same without what a database would replace, as it comes back from there."""
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else UNFIT.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {str(key): fit(one) for key, one in cast("Mapping[object, object]", value).items()}
    if isinstance(value, Sequence):
        return [fit(one) for one in cast("Sequence[object]", value)]
    return value
