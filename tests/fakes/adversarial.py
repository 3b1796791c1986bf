"""Hostile inputs: our own in `tests/data`, others beside the repository or where BATON_TEST_DATA says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "data"
FOLDERS = (Path(os.environ.get("BATON_TEST_DATA") or ROOT.parent / "shared" / "data") / "adversarial", OWN)


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file of hostile inputs, the largest collection there is; skips the test when there is none."""
    for folder in FOLDERS:
        path = folder / f"{name}.jsonl"
        if path.is_file():
            return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    pytest.skip(f"The test data {name}.jsonl is not here; set BATON_TEST_DATA to the folder that holds it.")
