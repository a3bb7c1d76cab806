"""Each step of an approval is told to the right people, once, in the portal and by mail."""

import pytest
from sqlalchemy import update

from models.org import Employee
from models.outbox import OutboxMessage
from tests.factories.approvals import Case
from tests.notifications.telling import Post


def told(post: Post, case: Case) -> list[tuple[str, int | None]]:
    """Deliver, and return topic and account of each notice."""
    post.deliver()
    assert post.waiting() == []
    return [(notice.topic, notice.user_id) for notice in post.notices()]


def test_a_submission_is_told_to_the_approver_and_nobody_else(post: Post, case: Case) -> None:
    case.submit(comment="Please look at May.")
    manager = case.line.manager
    assert told(post, case) == [("approval.assigned", manager.user_id)]
    (notice,) = post.notices()
    title = case.instance.record_title
    assert notice.payload["title"] == title
    assert notice.payload["actor_name"] == "Staff"
    assert notice.payload["comment"] == "Please look at May."
    assert not {"employee_id", "submitter_id"} & set(notice.payload)
    mail = post.mail_to(manager)
    assert mail["Subject"] == f"Waits for your decision: {title}"
    text = mail.get_content().replace("\r\n", "\n")
    assert text.startswith(f"Staff submitted “{title}”. It waits for your decision.\n")
    assert f"/go/marketing_plan/{case.plan.id}\n" in text
    assert "Please look at May." not in text, "the comment stays inside the portal"


def test_each_level_is_told_in_its_turn_and_the_submitter_of_the_end(post: Post, case: Case) -> None:
    line = case.line
    case.submit()
    assert told(post, case)[-1] == ("approval.assigned", line.manager.user_id)
    case.approve(line.manager)
    assert told(post, case)[-1] == ("approval.assigned", line.director.user_id)
    case.approve(line.director)
    assert told(post, case)[-1] == ("approval.approved", line.staff.user_id)
    assert len(post.notices()) == 3
    mail = post.mail_to(line.staff)
    assert mail["Subject"] == f"Approved: {case.instance.record_title}"
    assert "was approved and is in force." in mail.get_content()


@pytest.mark.parametrize(
    ("verb", "topic", "sentence"),
    [
        ("reject", "approval.rejected", "Manager rejected “"),
        ("return_to_submitter", "approval.returned", "Manager returned “"),
    ],
)
def test_a_refusal_is_told_to_the_submitter_with_its_reason_in_the_portal(
    post: Post, case: Case, verb: str, topic: str, sentence: str
) -> None:
    case.submit()
    case.decide(verb, case.line.manager)
    assert told(post, case)[-1] == (topic, case.line.staff.user_id)
    notice = post.notices()[-1]
    assert (notice.payload["actor_name"], notice.payload["comment"]) == ("Manager", "Because of the season.")
    text = post.mail_to(case.line.staff).get_content()
    assert text.startswith(sentence)
    assert "Because of the season." not in text


def test_a_withdrawal_is_told_to_those_who_were_asked(post: Post, case: Case) -> None:
    case.submit()
    case.approve(case.line.manager)
    case.withdraw()
    told_last = told(post, case)[-1]
    assert told_last == ("approval.withdrawn", case.line.director.user_id)
    assert len(post.notices()) == 3, "the manager, who has decided, is not bothered"
    assert post.notices()[-1].payload["actor_name"] == "Staff"


def test_a_withdrawal_of_what_was_returned_bothers_nobody(post: Post, case: Case) -> None:
    case.submit()
    case.decide("return_to_submitter", case.line.manager)
    told(post, case)
    case.withdraw()
    assert [topic for topic, _ in told(post, case)] == ["approval.assigned", "approval.returned"]


def test_a_reassigned_to_do_is_told_to_its_new_owner(post: Post, case: Case) -> None:
    case.submit()
    case.reassign(case.line.vice, assignment_id=case.to_do(case.line.manager).id)
    assert told(post, case)[-1] == ("approval.assigned", case.line.vice.user_id)
    case.withdraw()
    withdrawn = [user for topic, user in told(post, case) if topic == "approval.withdrawn"]
    assert withdrawn == [case.line.vice.user_id]


def test_a_rolled_back_decision_tells_nobody(post: Post, case: Case) -> None:
    case.session.commit()
    case.submit()
    case.session.rollback()
    assert told(post, case) == []


def test_a_repeated_message_tells_nobody_twice(post: Post, case: Case) -> None:
    case.submit()
    told(post, case)
    case.session.execute(update(OutboxMessage).values(delivered_at=None))
    assert post.deliver() > 0
    assert len(post.notices()) == 1
    assert len(post.mails()) == 1


def test_an_approver_whose_account_is_off_is_passed_over(post: Post, case: Case) -> None:
    manager: Employee = case.line.manager
    assert manager.user is not None
    manager.user.active = False
    case.submit()
    assert told(post, case) == []
