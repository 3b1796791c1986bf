"""A case in the making: three subjects with a page each, six true claims by two specialists, room for a fault."""

from __future__ import annotations

import random
from typing import Any

from bench.seeding.world import FILLERS, METRICS, PEOPLE, SUBJECTS, TEAMS, TITLES, Fact

TRUE = 6  # true claims of every case


class Draft:
    """Grows by pages, claims and faults; `row` is the case."""

    def __init__(self, kind: str, number: int) -> None:
        self.number = number
        self.dice = random.Random(f"{kind}/{number}")
        self.id = f"own-{kind}-{number}"
        self.year = self.dice.choice((2022, 2023, 2024))
        self.subjects = self.dice.sample(SUBJECTS, 4)  # the fourth has no page of its own
        self.people = self.dice.sample(PEOPLE, 4)
        self.team = TEAMS[number % len(TEAMS)]
        self.sources: list[dict[str, Any]] = []
        self.claims: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.facts = self._facts()
        self.pages = {subject: self._page(subject) for subject in self.subjects[:3]}
        used = self.dice.sample(range(9), 9)
        self.spare = [self.facts[place] for place in used[TRUE:]]  # facts that no true claim is about
        self._true = [self.facts[place] for place in used[:TRUE]]

    def _facts(self) -> list[Fact]:
        found: list[Fact] = []
        metrics = self.dice.sample(METRICS, 3)
        shown: set[str] = set()
        for subject in self.subjects[:3]:
            for metric in metrics:
                value = next(v for v in iter(lambda m=metric: m.draw(self.dice), None) if metric.show(v) not in shown)
                shown.add(metric.show(value))
                wording = self.dice.randrange(6)
                template = metric.said[wording % len(metric.said)]
                person = self.dice.choice(self.people)
                said = template.format(s=subject, v=metric.show(value), y=self.year, p=person)
                found.append(Fact(metric, subject, value, self.year, said, self.dice.randrange(6)))
        return found

    def _page(self, subject: str) -> str:
        lines = [line for f in self.facts if f.subject == subject for line in (f.said, self.dice.choice(FILLERS))]
        return self.page(" ".join(lines), self.dice.choice(TITLES).format(s=subject))

    # ---- what a case is made of ----

    def page(self, text: str, title: str, *, published: str = "", captured_by: str = "read_page", url: str = "") -> str:
        """A source; its id."""
        id = f"s{len(self.sources) + 1}"
        day = f"{self.year + 1}-{self.dice.randint(1, 6):02}-{self.dice.randint(10, 28)}"
        self.sources.append(
            {
                "source_id": id,
                "url": url or f"https://page{len(self.sources) + 1}.example/{self.number}",
                "title": title,
                "published": published or day,
                "captured_by": captured_by,
                "text": text,
            }
        )
        return id

    def claim(self, agent: int, text: str, *quotes: tuple[str, str], **more: Any) -> str:
        """A claim by the agent at that place of the team; its id. Quotes are (source, words)."""
        id = f"c{len(self.claims) + 1}"
        cited = [{"source_id": source, "quote": quote} for source, quote in quotes]
        body = {"kind": "fact", "text": text, "citations": cited, "derived_from": []}
        self.claims.append({"claim_id": id, "agent": agent, **body, **more})
        return id

    def quote(self, fact: Fact) -> tuple[str, str]:
        """The sentence of the page that says it, sometimes cut short behind the figures."""
        whole = fact.said
        cut = whole[: whole.rfind(",")] if self.dice.random() < 0.3 and "," in whole else whole
        keep = cut if fact.shown in cut and str(fact.year) in cut and fact.subject in cut else whole
        return self.pages[fact.subject], keep

    def true(self, agent: int, count: int = TRUE // 2) -> None:
        """True claims by that agent."""
        for _ in range(count):
            fact = self._true.pop()
            self.claim(agent, fact.claim(), self.quote(fact))

    def fault(self, type: str, origin: str, *carriers: str, truth: str) -> None:
        self.faults.append({"type": type, "origin": origin, "carriers": list(carriers), "truth": truth})

    @property
    def row(self) -> dict[str, Any]:
        claims = [claim | {"agent": self.team[claim["agent"]][0]} for claim in self.claims]
        agents = [{"id": id, "depends_on": list(needs)} for id, needs in self.team]
        return {
            "case_id": self.id,
            "split": "own",
            "question": f"What is known about {', '.join(self.subjects[:3])} in {self.year}?",
            "as_of": f"{self.year + 1}-07-01",
            "max_age_days": 900,
            "sources": self.sources,
            "agents": agents,
            "claims": claims,
            "faults": self.faults,
        }
