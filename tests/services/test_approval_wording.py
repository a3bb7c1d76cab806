"""Why a to-do is with somebody, in words, for every reason that the resolver gives."""

from datetime import date
from typing import Any

from flask import Flask

from app.approvals.types import Approver, Capacity, Mode
from app.approvals.wording import why_mine, why_none
from models.approvals import Capacity as StoredCapacity
from models.approvals import StepMode as StoredMode

DAY = date(2026, 4, 1).isoformat()


def test_every_reason_has_its_own_sentence(app: Flask) -> None:
    reasons: list[dict[str, Any]] = [
        {"rule": "superior", "position": 1, "day": DAY},
        {"rule": "superior", "position": 2, "day": DAY},
        {"rule": "superiors", "position": 3, "day": DAY, "level": 4, "needed_level": 4},
        {"rule": "instead_of_submitter", "position": 2, "day": DAY},
        {"rule": "department_leader", "day": DAY},
        {"rule": "role", "role": "Finance", "day": DAY},
        {"rule": "named", "day": DAY},
        {"rule": "administrator", "comment": "Leave.", "day": DAY},
    ]
    with app.test_request_context():
        sentences = [why_mine(reason) for reason in reasons]
        assert len(set(sentences)) == len(reasons)
        assert "R046" in why_mine({**reasons[0], "policy_ref": "R046"})
        assert "Finance" in sentences[5]
        codes = [
            "condition",
            "nobody-needed",
            "duplicate",
            "authority-missing",
            "empty",
            "self-approval",
            "owner-changed",
        ]
        assert len({why_none(code) for code in codes}) == len(codes)
        assert why_none(None) == ""


def test_the_pure_vocabulary_and_the_rows_agree() -> None:
    assert {one.value for one in Capacity} <= {one.value for one in StoredCapacity}
    assert {one.value for one in Mode} == {one.value for one in StoredMode}
    assert Approver(1, "A", Capacity.NAMED, {}).capacity == StoredCapacity.NAMED.value
