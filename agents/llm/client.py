"""The model client: one door to every OpenAI-compatible server, one retry loop, every attempt booked."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from agents.llm import faults, grades, wire
from agents.llm.connect import ModelSettings, connect, failures
from agents.llm.faults import Fault, Place
from agents.llm.grades import Abilities
from agents.llm.pace import Door, Time, wait_s
from agents.llm.wire import Answer
from agents.ports import Attempt, ModelReply, ModelRequest, Usage

__all__ = ["ModelSettings", "OpenAIModel"]

log = logging.getLogger(__name__)


class OpenAIModel:
    """A server of language models behind Chat Completions. One for the process: it holds the connections."""

    def __init__(self, settings: ModelSettings, *, time: Time | None = None) -> None:
        self._settings = settings
        self._time = time or Time()
        self._openai = connect(settings)
        self._door = Door(settings.max_in_flight, self._time)
        self._known: dict[str, Abilities] = {}  # by model: what was found out

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._openai.close()

    async def ask(self, request: ModelRequest) -> ModelReply:
        """The model's answer and every attempt that it took. Raises ModelError, which holds the attempts as well."""
        able = self._abilities(request)
        attempts: list[Attempt] = []
        failures = 0
        left = self._settings.deadline_s
        while True:
            outcome, attempt = await self._attempt(request, able, left)
            attempts.append(attempt)
            left -= attempt.seconds
            if isinstance(outcome, Answer):
                return self._reply(request, able, outcome, attempts)
            if left > 0 and (plainer := able.lowered(outcome.complaint, request)):
                able = plainer
                continue
            failures += 1
            wait = wait_s(failures, outcome.retry_after_s, self._time.chance())
            if not outcome.is_passing or failures >= self._settings.max_attempts or wait >= left:
                raise outcome.error(attempts)
            left -= wait
            await self._wait(request.model, wait, outcome)

    async def _wait(self, model: str, wait: float, fault: Fault) -> None:
        if fault.retry_after_s is not None:
            self._door.rest(model, fault.retry_after_s)
        await self._time.sleep(wait)

    async def _attempt(self, request: ModelRequest, able: Abilities, left: float) -> tuple[Answer | Fault, Attempt]:
        body = wire.request_body(request, able)
        async with self._door.through(request.model):
            began = self._time.now()
            outcome = await self._exchange(request, able, body, min(left, self._settings.attempt_s))
            seconds = self._time.now() - began
        return outcome, self._booked(outcome, request.model, body, seconds)

    async def _exchange(
        self, request: ModelRequest, able: Abilities, body: dict[str, object], seconds: float
    ) -> Answer | Fault:
        """One request. Faults are values here, so that no error with the server's words is anybody's cause."""
        place = Place(self._settings.address, request.model)
        try:
            async with asyncio.timeout(seconds):
                data = await self._openai.post("/chat/completions", cast_to=object, body=body)
            return wire.read(data, request, able)
        except TimeoutError:
            return faults.timed_out(place, seconds)
        except failures() as error:
            return faults.sort(error, place)
        except wire.ServerSaidError as error:
            return faults.sort_body(error.body, place)
        except ValueError:  # no JSON, or JSON that is no chat completion
            return faults.broken(place)

    def _booked(self, outcome: Answer | Fault, model: str, body: dict[str, object], seconds: float) -> Attempt:
        prices = self._settings.prices
        if isinstance(outcome, Answer):
            usage = outcome.usage or wire.estimate(body, outcome.written)
            return Attempt(model, outcome.stopped or "ok", usage, prices.cost(usage, model, outcome.model), seconds)
        usage = wire.estimate(body) if outcome.is_billed else Usage(estimated=True)
        return Attempt(model, outcome.code, usage, prices.cost(usage, model), seconds)

    def _reply(self, request: ModelRequest, able: Abilities, answer: Answer, attempts: list[Attempt]) -> ModelReply:
        self._remember(request, able)
        if answer.stopped:
            raise faults.refused(Place(self._settings.address, request.model), answer.stopped).error(attempts)
        reply = ModelReply(answer.text, answer.tool_calls, answer.finish, answer.model, tuple(attempts))
        if grades.is_ignored(request, able, reply):
            self._remember(request, replace(able, answer="json"))
        return reply

    def _abilities(self, request: ModelRequest) -> Abilities:
        known = self._known.get(request.model) or grades.at_first(
            self._settings.structured, self._settings.max_tokens_field, self._settings.is_openai
        )
        return known.for_request(request)

    def _remember(self, request: ModelRequest, able: Abilities) -> None:
        """Only what an answer has proved is kept, so that one odd refusal changes nothing."""
        before = self._abilities(request)
        if (found := before.and_not_more_than(able)) != before:
            self._known[request.model] = found
            words = "The model %s at %s does not take all that was sent; from now on it is asked so: %s."
            log.warning(words, request.model, self._settings.address, found.words)
