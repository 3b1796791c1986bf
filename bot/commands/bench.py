"""`baton bench evidence`: missions with planted faults, and what of them reaches the person who approves."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from agents.llm.client import OpenAIModel
from agents.llm.connect import ModelSettings
from agents.ports import ModelError
from bot.bench import cases, natural, record, report, seeded, targets
from bot.bench.study import Asked, Found, study
from bot.bench.targets import Target
from bot.cli import Failure
from bot.commands.starting import settings

NATURAL = "BATON_TEST_DATA"  # folder with the natural claims, where --natural is not given


async def main(options: argparse.Namespace) -> int:
    paths = [Path(name) for name in options.files] or list(seeded.FILES)
    model = _model() if options.sceptic else None
    try:
        found = await study(_asked(options, paths, model), _tell)
    except (cases.BadCases, ModelError) as error:
        raise Failure(str(error)) from None
    finally:
        if model:
            await model.aclose()
    reached = _targets(found)
    print(report.text(found, reached))
    if options.json:
        _write(Path(options.json), json.dumps(record.record(found, paths, reached), indent=1) + "\n")
    missed = options.targets and not all(one.met for one in reached)
    return 1 if missed or any(one.faults for one in found.arms) else 0


def _asked(options: argparse.Namespace, paths: list[Path], model: OpenAIModel | None) -> Asked:
    """What the options ask for. Raises Failure and BadCases."""
    given = options.natural or os.environ.get(NATURAL)
    place = natural.folder(Path(given) if given else None)
    if options.natural and place is None:
        raise Failure(f"{options.natural} does not hold the natural claims: {', '.join(natural.FILES)}.")
    return Asked(
        cases=cases.load(paths),
        seed=options.seed,
        ledger_only=options.ledger_only,
        jobs=options.jobs or min(4, os.cpu_count() or 1),
        natural=place,
        sceptic=options.sceptic or "",
        model=model,
    )


def _model() -> OpenAIModel:
    """The model server of the settings. Raises Failure."""
    given = settings(quiet=True)
    if not given.has_model:
        raise Failure("--sceptic asks a real model: set OPENAI_API_KEY or OPENAI_BASE_URL, and see `baton check`.")
    return OpenAIModel(
        ModelSettings(
            api_key=given.openai_api_key.get_secret_value() if given.openai_api_key else "",
            base_url=given.openai_base_url,
            deadline_s=given.baton_model_deadline,
            max_in_flight=given.baton_model_parallel,
            max_tokens_field=given.baton_max_tokens_field,
            structured=given.baton_structured,
        )
    )


def _targets(found: Found) -> list[Target]:
    return [
        *targets.of_ledger(found.ledger, found.alone.ms),
        *targets.of_sceptics([*found.assumed, *([found.real] if found.real else [])]),
        *targets.of_quotes("the cases", found.quotes),
        *targets.of_quotes("natural pages", found.natural_quotes),
    ]


def _tell(what: str) -> None:
    print(f"baton: measuring {what} ...", file=sys.stderr, flush=True)


def _write(path: Path, body: str) -> None:
    try:
        path.write_text(body, "utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.") from None
