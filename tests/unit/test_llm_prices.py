"""What models cost, from one dated file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agents.llm import prices
from agents.llm.prices import Price, Prices, UnreadablePrices
from agents.ports import Usage

PRICES = Prices({"big": Price(Decimal(2), Decimal(8), Decimal("0.5")), "big-mini": Price(*[Decimal(1)] * 3)})


def test_cached_input_is_cheaper_and_reasoning_is_part_of_the_output() -> None:
    usage = Usage(input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000, reasoning_tokens=90_000)
    assert PRICES.cost(usage, "big") == Decimal("1.2") + Decimal("0.2") + Decimal("0.8")


def test_more_cached_than_input_tokens_cost_no_less_than_nothing() -> None:
    assert PRICES.cost(Usage(input_tokens=10, cached_tokens=99), "big") == Decimal("0.000005")


@pytest.mark.parametrize("name", ["big", "big-2026-08-06", "big-20260806", "big-0613", "big-latest"])
def test_a_date_at_the_end_of_a_name_changes_no_price(name: str) -> None:
    assert PRICES.price(name) == PRICES.models["big"]


@pytest.mark.parametrize("name", ["bigger", "big-pro", "big-mini-high", "vendor/big", "", "big-20260806-v2"])
def test_a_name_that_is_only_alike_has_no_price(name: str) -> None:
    assert PRICES.price(name) is None
    assert PRICES.cost(Usage(5, 0, 5), name) is None


def test_the_name_that_the_server_gave_helps_when_ours_is_an_alias() -> None:
    assert PRICES.cost(Usage(1_000_000), "our-deployment", "big-2026-08-06") == 2


def test_no_tokens_cost_nothing_whatever_the_model() -> None:
    assert PRICES.cost(Usage(), "unknown") == 0


def test_our_file_is_dated_and_sane() -> None:
    ours = prices.load()
    assert date.fromisoformat(ours.as_of)
    assert len(ours.models) > 20
    for name, price in ours.models.items():
        assert 0 < price.cached <= price.input < price.output < 200, name
        assert ours.price(name) is price


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[models", "cannot be read"),
        ("[models.x]\ninput = 1", "models.x.output"),
        ("[models.x]\ninput = -1\noutput = 1", "models.x.input"),
        ("[models.x]\ninput = 1\noutput = 1\nper = 5", "models.x.per"),
        ("as_of = '2026-01-01'", "models"),
    ],
)
def test_a_wrong_price_file_is_told_with_the_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(UnreadablePrices, match=words):
        prices.load(path)


def test_a_price_file_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text('as_of = "2026-01-01"\n[models]\nmine = { input = 0.5, output = 1.5 }\n')
    assert prices.load(path).models["mine"] == Price(Decimal("0.5"), Decimal("1.5"), Decimal("0.5"))
    with pytest.raises(UnreadablePrices, match="cannot be read"):
        prices.load(tmp_path / "none.toml")
