"""Whether a model server is there and takes our key and model: for `baton check`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from agents.llm import faults
from agents.llm.client import OpenAIModel
from agents.llm.connect import ModelSettings, connect, failures
from agents.llm.faults import Fault, Place
from agents.llm.prices import Prices
from agents.ports import Message, ModelRequest

USUAL_PORTS: Mapping[int, str] = MappingProxyType({11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"})
_GLANCE_S = 1.5  # a server on this machine answers its list of models at once
_VERIFY_S = 60.0  # a local server may have to load the model first
_REACH_S = 10.0
_HOPELESS = ("key_refused", "certificate", "unreachable", "timeout")


@dataclass(frozen=True)
class Found:
    """A model server on this machine."""

    name: str  # by its usual port
    base_url: str
    models: tuple[str, ...]


async def find_local_servers(ports: Mapping[int, str] = USUAL_PORTS) -> list[Found]:
    """The model servers that answer on this machine's usual ports, in the order of the ports given."""
    found = await asyncio.gather(*(_look(port, name) for port, name in ports.items()))
    return [server for server in found if server is not None]


async def verify(settings: ModelSettings, model: str) -> None:
    """Returns when the server takes our key and has the model: it lists it, or answers a word. Raises ModelError."""
    listed = await _models(settings, model, _VERIFY_S)
    if isinstance(listed, Fault) and listed.code in _HOPELESS:
        raise listed.error(())
    if isinstance(listed, Fault) or model not in listed:  # servers without a list, models with several names
        await _ask_a_word(settings, model)


async def reachable(settings: ModelSettings) -> bool:
    """Whether a server takes our key, by its list of models: no word is asked, nothing is spent."""
    listed = await _models(settings, "", _REACH_S)
    return not (isinstance(listed, Fault) and listed.code in _HOPELESS)


async def _look(port: int, name: str) -> Found | None:
    base_url = f"http://127.0.0.1:{port}/v1"
    models = await _models(ModelSettings(base_url=base_url, prices=Prices()), "", _GLANCE_S)
    return None if isinstance(models, Fault) else Found(name, base_url, models)


async def _models(settings: ModelSettings, model: str, seconds: float) -> tuple[str, ...] | Fault:
    """The names of the models that the server lists."""
    place = Place(settings.address, model)
    try:
        async with connect(settings) as server, asyncio.timeout(seconds):
            listed = _List.model_validate(await server.get("/models", cast_to=object))
        return tuple(listed_model.id for listed_model in listed.data or ())
    except TimeoutError:
        return faults.timed_out(place, seconds)
    except failures() as error:
        return faults.sort(error, place)
    except ValueError:  # something else lives at that port
        return faults.broken(place)


async def _ask_a_word(settings: ModelSettings, model: str) -> None:
    client = OpenAIModel(replace(settings, deadline_s=_VERIFY_S, attempt_s=_VERIFY_S, max_attempts=1))
    try:
        await client.ask(ModelRequest(model, (Message("user", "Say OK."),), max_output_tokens=16))
    finally:
        await client.aclose()


class _Listed(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str


class _List(BaseModel):
    model_config = ConfigDict(extra="ignore")

    data: list[_Listed] | None  # a server without any model says null
