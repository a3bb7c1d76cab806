"""The event log alone gives the same state: proof that no state was edited by hand. Pure.

Each event is a mapping with the keys of `app.approvals.log.event_body`. The result is compared with
what the rows say (`app.approvals.evidence.stored_state`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

StepKey = tuple[int, str]
"""Round and step key."""


@dataclass
class State:
    """Where an approval stands: its own state, its steps' and its to-dos' (by key of the row)."""

    state: str = ""
    round_no: int = 0
    needs_administrator: bool = False
    steps: dict[StepKey, str] = field(default_factory=dict)
    assignments: dict[int, tuple[StepKey, int, str]] = field(default_factory=dict)

    def close(self, step: StepKey | None, *, is_end: bool) -> None:
        """Cancel what is still open or waiting: of one step, or of everything."""
        for key, (owner, person, state) in self.assignments.items():
            if state in ("open", "waiting") and (is_end or owner == step):
                self.assignments[key] = (owner, person, "cancelled")
        for step_key, state in self.steps.items():
            if is_end and state in ("waiting", "active"):
                self.steps[step_key] = "cancelled"


Event = Mapping[str, Any]


def replay(events: Iterable[Event]) -> State:
    """Run the log from its first entry.

    Raises:
        KeyError: an entry speaks of a to-do or step that no earlier entry made, or has an unknown verb.
    """
    state = State()
    for event in events:
        _APPLY[event["verb"]](state, event)
    return state


def _step(event: Event) -> StepKey:
    return event["round_no"], event["step_key"]


def _submit(state: State, event: Event) -> None:
    state.state, state.round_no, state.needs_administrator = "in_review", event["round_no"], False
    for key in event["details"]["steps"]:
        state.steps[event["round_no"], key] = "waiting"


def _step_opened(state: State, event: Event) -> None:
    state.steps[_step(event)] = "active"
    _add_assignments(state, event)


def _add_assignments(state: State, event: Event) -> None:
    for row in event["details"]["assignments"]:
        state.assignments[row["id"]] = (_step(event), row["assignee_id"], row["state"])


def _step_skipped(state: State, event: Event) -> None:
    state.steps[_step(event)] = "skipped"


def _hold(state: State, event: Event) -> None:
    state.steps[_step(event)] = "active"
    state.needs_administrator = True


def _decide(state: State, event: Event, answer: str) -> None:
    """Take the to-do; then open the next in sequence, close the step, end the whole, as the event says."""
    step, person, _old = state.assignments[event["assignment_id"]]
    state.assignments[event["assignment_id"]] = (step, person, answer)
    following = event["details"].get("next_assignment_id")
    if following is not None:
        owner, successor, _waiting = state.assignments[following]
        state.assignments[following] = (owner, successor, "open")
    result = event["details"].get("step_state")
    if result is not None:
        state.steps[step] = result
        state.close(step, is_end=False)
    if "state" in event["details"]:
        _finish(state, event)


def _approve(state: State, event: Event) -> None:
    _decide(state, event, "approved")


def _reject(state: State, event: Event) -> None:
    _decide(state, event, "rejected")


def _return(state: State, event: Event) -> None:
    _decide(state, event, "returned")


def _reassign(state: State, event: Event) -> None:
    replaced = event["details"].get("replaced_id")
    if replaced is not None:
        step, person, _old = state.assignments[replaced]
        state.assignments[replaced] = (step, person, "cancelled")
    _add_assignments(state, event)
    state.needs_administrator = False


def _finish(state: State, event: Event) -> None:
    state.state, state.needs_administrator = event["details"]["state"], False
    if event["step_key"] is not None and "step_state" in event["details"]:
        state.steps[_step(event)] = event["details"]["step_state"]
    state.close(None, is_end=True)


_APPLY: Mapping[str, Callable[[State, Event], None]] = {
    "submit": _submit,
    "step_opened": _step_opened,
    "step_skipped": _step_skipped,
    "hold": _hold,
    "approve": _approve,
    "reject": _reject,
    "return": _return,
    "reassign": _reassign,
    "withdraw": _finish,
    "finish": _finish,
}
