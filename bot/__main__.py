"""`python -m bot`: the same as `baton`."""

import sys
from importlib.util import find_spec
from pathlib import Path


def _stranger() -> str | None:
    """Where the package `agents` would come from, if it is not the one beside this program."""
    found = find_spec("agents")
    own = Path(__file__).resolve().parent.parent / "agents"
    place = Path(found.origin).resolve().parent if found and found.origin else None
    return None if place == own else str(place or "nowhere")


def main() -> int:
    if stranger := _stranger():
        print(
            f"baton: the package `agents` comes from {stranger}, not from beside `bot`; "
            "run Baton in an environment of its own (`make run` makes one).",
            file=sys.stderr,
        )
        return 2
    from bot.cli import main as cli

    return cli()


if __name__ == "__main__":
    sys.exit(main())
