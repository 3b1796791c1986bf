"""Who works when: tasks start as soon as what they build on is accepted, and begin anew when it falls into doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.domain import plan as plans
from agents.domain.events import ReworkAsked
from agents.phases import shortage, taint
from agents.phases.board import Finished, Run
from agents.phases.task import carry_out
from agents.roles.purse import OverBudget


@dataclass
class Shift:
    """All tasks of a run that are not finished, at most `parallel` at a time, in the plan's order."""

    run: Run
    begun: set[str] = field(default_factory=set[str])
    stuck: list[str] = field(default_factory=list[str])
    working: dict[asyncio.Task[Finished | None], str] = field(default_factory=dict[asyncio.Task[Finished | None], str])
    failed: BaseException | None = None

    async def carry_out_all(self) -> list[str]:
        """Carries out all that can be; returns the ids of tasks that a person must decide about.

        When a task fails for want of a model, the others that run are let finish first, so that nothing begun is
        thrown away. A task ends alone when its own budget is used up.
        """
        self.begun |= set(self.run.finished)
        try:
            while True:
                self.run.news.clear()
                await self._settle("resumed")
                await self._begin_anew()
                await shortage.narrow(self.run, self.begun)
                self._start()
                if not self.working:
                    break
                await self._wait()
        finally:
            for one in self.working:
                one.cancel()
        if self.failed and not (self.stuck and isinstance(self.failed, OverBudget)):
            raise self.failed
        return self.stuck

    def _start(self) -> None:
        free = 0 if self.failed else self.run.department.parallel - len(self.working)
        for task in plans.ready(self.run.plan, self.run.finished, self.begun)[: max(0, free)]:
            self.begun.add(task.id)
            self.working[asyncio.create_task(carry_out(self.run, task))] = task.id

    async def _wait(self) -> None:
        """Until a task ends or something was found about finished work."""
        news = asyncio.create_task(self.run.news.wait())
        try:
            ended, _ = await asyncio.wait({*self.working, news}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        for one in ended:
            if one is not news:
                await self._ended(one, self.working.pop(one))  # type: ignore[arg-type]

    async def _ended(self, one: asyncio.Task[Finished | None], id: str) -> None:
        error = one.exception()
        if isinstance(error, OverBudget) and shortage.is_of_one_task(self.run, error):
            await shortage.drop(self.run, id, str(error))
        elif error:
            self.failed = self.failed or error
        elif finished := one.result():
            self.run.finished[id] = finished
            self.run.begun_on.pop(id, None)
            await self._settle(f"{id}:{finished.made[0]}:{finished.made[1]}")
        else:
            self.stuck.append(id)

    async def _settle(self, occasion: str) -> None:
        """Says of every claim what follows from verdicts that came in while its work was under review."""
        if after := self.run.follows():
            self.run.learn(after, self.run.made())
            async with self.run.desk.missions.change(self.run.mission.id) as change:
                change.save_verdicts(f"after:{occasion}", after, self.run.made())

    # ---- doubt that reaches work done or under way ----

    async def _begin_anew(self) -> None:
        """Pauses what runs on doubted claims and reopens what used them, with all that builds on it."""
        if self.failed:
            return
        fallen = taint.fallen(self.run, self.working.values())
        for id, claims in fallen.items():
            await self._tell(id, claims)
        again = plans.descendants(self.run.plan, fallen)
        await self._pause({one for one, id in self.working.items() if id in again})
        for id in again - set(self.stuck):
            done = self.run.finished.get(id)
            if done is None or done.artifact is not None:  # what a person dropped stays dropped
                self.run.finished.pop(id, None)
                self.begun.discard(id)

    async def _pause(self, tasks: Iterable[asyncio.Task[Finished | None]]) -> None:
        paused = [one for one in tasks if one.cancel()]
        await asyncio.gather(*paused, return_exceptions=True)
        for one in paused:
            self.run.begun_on.pop(self.working.pop(one), None)

    async def _tell(self, id: str, claims: frozenset[str]) -> None:
        task, done = plans.task(self.run.plan, id), self.run.finished.get(id)
        attempt = done.made[1] if done else self.run.attempts.get(id, 1)
        points = tuple(taint.what(self.run, claim) for claim in sorted(claims))
        key = f"fallen:{id}:{self.run.mission.rev}:{','.join(sorted(claims))}"
        async with self.run.desk.missions.change(self.run.mission.id) as change:
            change.tell(ReworkAsked(key, id, task.specialist, attempt, "ledger", points))
