"""What models cost. The figures are data, in prices.toml or in a file of the operator."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.ports import Usage

_OURS = Path(__file__).with_name("prices.toml")
_MILLION = Decimal(1_000_000)
_DATE = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{4}|latest)$")  # gpt-4o-2024-08-06 costs what gpt-4o costs


class UnreadablePrices(Exception):
    """The price file cannot be read."""


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens; `cached` is for input that the server had read before."""

    input: Decimal
    output: Decimal
    cached: Decimal

    def of(self, usage: Usage) -> Decimal:
        """Dollars. Cached tokens are part of the input, reasoning is part of the output."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        fresh = usage.input_tokens - cached
        return (fresh * self.input + cached * self.cached + usage.output_tokens * self.output) / _MILLION


@dataclass(frozen=True)
class Prices:
    """Prices by model name."""

    models: Mapping[str, Price] = field(default_factory=dict[str, Price])
    as_of: str = ""  # ISO date on which the figures were looked up

    def price(self, model: str) -> Price | None:
        """None for a model that is not listed: by its name, or by its name without a date at the end."""
        return self.models.get(model) or self.models.get(_DATE.sub("", model))

    def cost(self, usage: Usage, *models: str) -> Decimal | None:
        """Dollars at the first of the names that has a price, None without one. No tokens cost nothing anywhere."""
        if not usage.input_tokens and not usage.output_tokens:
            return Decimal(0)
        known = next((price for model in models if (price := self.price(model))), None)
        return None if known is None else known.of(usage)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached: Decimal | None = Field(default=None, ge=0)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    as_of: str = ""
    models: dict[str, _Entry]


def load(path: Path = _OURS) -> Prices:
    """The prices of a file. Raises UnreadablePrices."""
    try:
        read = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadablePrices(f"The price file {path} cannot be read: {error}.") from None
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise UnreadablePrices(f"The price file {path} is wrong at {place}: {fault['msg']}.") from None
    return Prices({name: _price(entry) for name, entry in read.models.items()}, read.as_of)


def _price(entry: _Entry) -> Price:
    return Price(entry.input, entry.output, entry.input if entry.cached is None else entry.cached)
