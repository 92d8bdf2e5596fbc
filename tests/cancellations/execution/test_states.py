"""The tables of allowed moves."""

import pytest

from cancellations import states
from cancellations.states import (
    CANCELLATION_MOVES,
    CLAIMABLE,
    STEP_MOVES,
    TERMINAL,
    CancellationState,
    StepState,
)
from stores.effects.moves import ForbiddenMove


def test_every_state_stands_in_the_table():
    assert set(CANCELLATION_MOVES) == set(CancellationState)
    assert set(STEP_MOVES) == set(StepState)


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_terminal_state_is_left_by_nobody(state):
    assert not CANCELLATION_MOVES[state]


@pytest.mark.parametrize("state", sorted(CLAIMABLE))
def test_every_claimable_state_can_end_with_a_person(state):
    seen, todo = set(), [state]
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo += STEP_MOVES[here]

    assert {StepState.NEEDS_PERSON, StepState.APPLIED} <= seen


def test_nothing_leads_from_unknown_to_sending_without_a_look():
    assert StepState.INTENDED not in STEP_MOVES[StepState.UNKNOWN]


def test_a_move_that_is_not_listed_raises():
    with pytest.raises(ForbiddenMove):
        states.check(CancellationState.DONE, CancellationState.RUNNING)
