"""Who may do what: every kind of actor, every action, every state; quorums under random clicks."""

from __future__ import annotations

import datetime as dt
import random
from itertools import count, product
from typing import get_args

import pytest

from agents.domain import authority
from agents.domain.authority import Action, Delegation, Policy, Standing, Vote
from agents.domain.department import Department, Specialist
from agents.domain.mission import Gate, Mission, State
from bot.access import ANYWHERE, Actor, Place, authorise, named
from bot.decisions import settled
from tests.fakes.people import ACTORS, APPROVER, REQUESTER, STATES, allowed

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
ACTIONS: tuple[Action, ...] = get_args(Action)
MEMBERS = (Specialist("writer", "Writer", ":pencil2:", "Writes."),)
TEAM = Department("general", "General", "Everything.", MEMBERS, approvers=(APPROVER,))
GATE = Gate("m1:plan:1", "m1", "plan", 1, "d" * 64)


def mission(state: State = State.PLAN_GATE) -> Mission:
    return Mission("m1", "T1", "C1", "1.0", "1.0", REQUESTER, "Write", "general", state, 1, NOON)


# ---- the matrix ----


def test_only_the_cells_of_the_policy_pass() -> None:
    wrong: list[str] = []
    for (kind, (actor, inside)), action, state in product(ACTORS.items(), ACTIONS, STATES):
        place = Place("C1", shared=False, member=inside)
        gate = GATE if action == "decide" else None
        ruling = authorise(actor, action, place, mission(state), TEAM, team="T1", gate=gate)
        if bool(ruling) is not allowed(kind, action, state):
            wrong.append(f"{kind} {action} {state}: {ruling}")
        assert ruling.authority, "every ruling says by which authority, or what is in the way"
        assert bool(ruling.said) is not bool(ruling)
    assert wrong == []
    assert len(ACTORS) == 12


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (Place("C1", shared=None), "unknown_place"),
        (Place("C1", member=None), "unknown_place"),
        (Place("C1", shared=True), "shared"),
        (Place("C1", member=False), "not_in_channel"),
    ],
)
@pytest.mark.parametrize("action", [action for action in ACTIONS if action != "kill"])
def test_a_place_of_which_too_little_or_too_much_is_known_is_refused(place: Place, why: str, action: Action) -> None:
    ruling = authorise(Actor(APPROVER, "T1"), action, place, mission(), TEAM, team="T1", gate=GATE)
    assert (ruling.allowed, ruling.authority) == (False, why)


def test_in_a_shared_channel_only_the_operator_can_let_us_work() -> None:
    place = Place("C1", shared=True, consented=True)
    assert authorise(Actor("U9", "T1"), "ask", place, team="T1")
    assert not authorise(Actor("U9", "T2", stranger=True), "ask", place, team="T1")


def test_somebody_of_whom_slack_says_nothing_is_refused() -> None:
    assert authorise(Actor("U9", "", known=False), "ask", ANYWHERE, team="T1").authority == "unknown_person"


def test_a_mission_of_another_workspace_is_not_known_here() -> None:
    actor = Actor(REQUESTER, "T2")
    assert authorise(actor, "read", ANYWHERE, mission(), TEAM, team="T2").authority == "other_workspace"


# ---- policies ----


def by(policy: Policy, user: str, standing: Standing | None = None) -> str:
    return authority.authority(policy, user, REQUESTER, standing or Standing())


def test_an_empty_list_means_nobody() -> None:
    assert [by(Policy(()), user) for user in (REQUESTER, APPROVER, "")] == ["", "", ""]
    assert named(Policy(()), mission()) == "nobody"


def test_a_group_lets_its_members_of_now_and_nobody_when_it_is_not_known() -> None:
    policy = Policy(("@S012ABC",))
    standing = Standing({"S012ABC": frozenset({"U5"})})
    assert (by(policy, "U5", standing), by(policy, "U6", standing), by(policy, "U5")) == ("group:S012ABC", "", "")


def test_a_delegate_has_the_authority_of_the_one_who_delegated_and_no_more() -> None:
    given = Standing(delegations=(Delegation("m1", APPROVER, "U7", NOON),))
    assert by(Policy((APPROVER,)), "U7", given) == f"delegate:{APPROVER}"
    assert by(Policy(("U8",)), "U7", given) == ""


def test_whoever_asked_cannot_decide_in_another_persons_place_either() -> None:
    given = Standing(delegations=(Delegation("m1", APPROVER, REQUESTER, NOON),))
    assert by(Policy((APPROVER,), requester="never"), REQUESTER, given) == ""


def test_a_stand_in_cannot_pass_it_on() -> None:
    given = Standing(delegations=(Delegation("m1", APPROVER, "U7", NOON),))
    ruling = authorise(Actor("U7", "T1"), "delegate", ANYWHERE, mission(), TEAM, team="T1", gate=GATE, standing=given)
    assert (ruling.allowed, ruling.authority) == (False, "delegate")


def test_only_who_could_be_let_is_told_how_to_ask() -> None:
    asked = {
        kind: authorise(actor, "decide", Place("C1"), mission(), TEAM, team="T1", gate=GATE).delegable
        for kind, (actor, _) in ACTORS.items()
    }
    assert {kind for kind, delegable in asked.items() if delegable} == {"requester", "bystander", "admin without role"}


# ---- quorum ----

PEOPLE = [REQUESTER, "U1", "U2", "U3", "U4", "U5"]


def policies(chance: random.Random) -> Policy:
    who = chance.sample(["requester", "U1", "U2", "U3", "@S1"], chance.randint(0, 5))
    return Policy(tuple(who), chance.randint(1, 3), chance.choice(["counts", "not_alone", "never"]))


def standings(chance: random.Random) -> Standing:
    group = frozenset(chance.sample(PEOPLE, chance.randint(0, 3)))
    pairs = [chance.sample(PEOPLE, 2) for _ in range(chance.randint(0, 3))]
    return Standing({"S1": group}, tuple(Delegation("m1", one, other, NOON) for one, other in pairs))


def principals(policy: Policy, user: str, standing: Standing) -> set[str]:
    """Whose authority a person may use, by the words of the policy alone."""
    own = {REQUESTER if who == "requester" else who for who in policy.who if who[0] != "@"}
    own |= standing.groups["S1"] if "@S1" in policy.who else set()
    if policy.requester == "never":
        own -= {REQUESTER}
        if user == REQUESTER:
            return set()
    return own & ({user} | {d.by for d in standing.delegations if d.to == user})


def test_a_thousand_random_click_sequences_never_pass_below_the_quorum_and_never_decide_twice() -> None:
    chance = random.Random(4)
    passed = 0
    for _ in range(1_000):
        policy, standing = policies(chance), standings(chance)
        team = Department("general", "General", "Everything.", MEMBERS, policies=(("plan", policy),))
        gate, decided, clock = GATE, 0, count()
        for _ in range(chance.randint(1, 14)):
            user = chance.choice(PEOPLE)
            ruling = authorise(
                Actor(user, "T1"), "decide", ANYWHERE, mission(), team, team="T1", gate=gate, standing=standing
            )
            assert bool(ruling) is bool(principals(policy, user, standing))
            if not ruling or decided:
                continue
            digest = chance.choice([gate.digest] * 9 + ["e" * 64])
            vote = Vote(gate.id, user, "approve", NOON + dt.timedelta(seconds=next(clock)), ruling.authority, digest)
            gate = Gate(**(vars(gate) | {"votes": (*gate.votes, vote)}))
            if settled(gate, team, mission(), standing, "approve"):
                decided += 1
                said = {vote.user for vote in gate.votes if vote.digest == gate.digest}
                behind = set[str]().union(*(principals(policy, one, standing) for one in said))
                assert len(said) >= policy.needed, "so many different people said it"
                assert len(behind) >= policy.needed, "and they speak for so many"
                assert policy.requester != "never" or REQUESTER not in said
                assert policy.requester != "not_alone" or said != {REQUESTER}
        passed += decided
    assert passed > 200, "and it can be passed"


@pytest.mark.parametrize("choice", ["cancel", "change", "edit", "send_back", "refuse", "drop", "retry", "finish"])
def test_one_no_is_enough(choice: str) -> None:
    team = Department("general", "General", "Everything.", MEMBERS, policies=(("plan", Policy(("U1", "U2"), 2)),))
    assert settled(GATE, team, mission(), Standing(), choice)
    assert not settled(GATE, team, mission(), Standing(), "approve")
