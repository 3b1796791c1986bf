"""What can be wrong with a database. Each message is one sentence for the operator, with the remedy.

DatabaseError
+-- DatabaseTooNew      written by a later version of this program
+-- DatabaseUnusable    cannot be opened, reached or read
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError


class DatabaseError(Exception):
    """The database cannot be used."""


class DatabaseTooNew(DatabaseError):
    """The database was written by a later version of this program."""

    def __init__(self, place: str, revision: str) -> None:
        super().__init__(
            f"The database {place} was written by a later version of Baton (revision {revision}): "
            "install that version or a later one, or point DATABASE_URL at another database."
        )


class DatabaseUnusable(DatabaseError):
    """The database cannot be opened, reached or read. Passwords are not part of the message."""

    def __init__(self, place: str, why: str | BaseException) -> None:
        super().__init__(f"The database {place} cannot be used: {_sentence(why)}. Check DATABASE_URL and try again.")


def _sentence(why: str | BaseException) -> str:
    if isinstance(why, DBAPIError) and why.orig is not None:
        why = str(why.orig)
    elif isinstance(why, OSError):
        why = why.strerror or str(why)
    lines = [line.strip() for line in str(why).splitlines() if line.strip()]
    return (lines[0] if lines else "no reason was given").rstrip(".")


class UnknownGate(Exception):
    """The mission never asked that question."""

    def __init__(self, gate: str) -> None:
        super().__init__(f"There is no question {gate} in this mission.")
