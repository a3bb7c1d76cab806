"""The rules of saved views and of each person's choices for a list."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotAllowed, NotFound, RuleViolation
from app.services import saved_views
from app.services.saved_views import (
    ListState,
    delete_view,
    list_state,
    rename_view,
    save_view,
    set_choice,
    set_default,
    share_view,
    update_view,
)
from models.saved_views import ListChoice, SavedView
from models.users import PortalUser

LIST = "MarketingPlanView"


def _person(session: Session, name: str) -> Actor:
    user = PortalUser(
        username=name, first_name=name, last_name="X", email=f"{name}@example.com", active=True, password="x"
    )
    session.add(user)
    session.flush()
    return Actor(user_id=user.id, name=name)


@pytest.fixture
def anna(session: Session) -> Actor:
    """Somebody."""
    return _person(session, "anna")


@pytest.fixture
def bert(session: Session) -> Actor:
    """Somebody else."""
    return _person(session, "bert")


def test_a_view_is_its_owners_until_it_is_shared(session: Session, anna: Actor, bert: Actor) -> None:
    view = save_view(
        anna, screen=LIST, name="  Mine  now ", address="f.status.in=draft", columns=("code", "name")
    )
    (mine,) = list_state(anna, screen=LIST).views
    assert (mine.name, mine.address, mine.columns, mine.is_own, mine.is_shared) == (
        "Mine now", "f.status.in=draft", ("code", "name"), True, False,
    )  # fmt: skip
    assert list_state(bert, screen=LIST) == ListState()
    share_view(anna, screen=LIST, view_id=view.id, is_shared=True)
    session.flush()
    (seen,) = list_state(bert, screen=LIST).views
    assert (seen.name, seen.is_own, seen.is_shared) == ("Mine now", False, True)
    assert list_state(bert, screen="CustomerView").views == ()
    assert list_state(anna, screen=LIST).columns == ()


def test_own_views_come_first_by_name(session: Session, anna: Actor, bert: Actor) -> None:
    save_view(bert, screen=LIST, name="A", address="", is_shared=True)
    for name in ("Z", "M"):
        save_view(anna, screen=LIST, name=name, address="")
    assert [view.name for view in list_state(anna, screen=LIST).views] == ["M", "Z", "A"]


def test_only_its_owner_changes_a_view(session: Session, anna: Actor, bert: Actor) -> None:
    hidden = save_view(anna, screen=LIST, name="Hidden", address="").id
    shown = save_view(anna, screen=LIST, name="Shown", address="", is_shared=True).id
    changes = (
        lambda key: rename_view(bert, screen=LIST, view_id=key, name="B"),
        lambda key: update_view(bert, screen=LIST, view_id=key, address="q=b", layout="table"),
        lambda key: delete_view(bert, screen=LIST, view_id=key),
        lambda key: share_view(bert, screen=LIST, view_id=key, is_shared=False),
    )
    for change in changes:
        with pytest.raises(NotAllowed):
            change(shown)
        with pytest.raises(NotFound):
            change(hidden)
        with pytest.raises(NotFound):
            change(2**31 - 1)
    assert {view.name for view in list_state(anna, screen=LIST).views} == {"Hidden", "Shown"}


def test_a_view_is_reached_through_its_own_list_only(session: Session, anna: Actor) -> None:
    key = save_view(anna, screen=LIST, name="Mine", address="").id
    with pytest.raises(NotFound):
        delete_view(anna, screen="CustomerView", view_id=key)
    with pytest.raises(NotFound):
        set_default(anna, screen="CustomerView", view_id=key)


def test_whoever_administers_roles_may_end_the_sharing(session: Session, anna: Actor, bert: Actor) -> None:
    chief = replace(bert, permissions=frozenset({saved_views.UNSHARE_ANY}))
    view = save_view(anna, screen=LIST, name="Shown", address="", is_shared=True)
    with pytest.raises(NotAllowed):
        share_view(chief, screen=LIST, view_id=view.id, is_shared=True)
    share_view(chief, screen=LIST, view_id=view.id, is_shared=False)
    assert not view.is_shared
    with pytest.raises(NotAllowed):
        delete_view(
            chief, screen=LIST, view_id=save_view(anna, screen=LIST, name="2", address="", is_shared=True).id
        )


def test_a_name_is_used_once_per_person_and_list(session: Session, anna: Actor, bert: Actor) -> None:
    first = save_view(anna, screen=LIST, name="Open", address="")
    save_view(bert, screen=LIST, name="Open", address="")
    save_view(anna, screen="CustomerView", name="Open", address="")
    with pytest.raises(RuleViolation) as refusal:
        save_view(anna, screen=LIST, name=" Open ", address="")
    assert (refusal.value.code, refusal.value.field) == ("view-name-taken", "name")
    other = save_view(anna, screen=LIST, name="Other", address="")
    with pytest.raises(RuleViolation):
        rename_view(anna, screen=LIST, view_id=other.id, name="Open")
    rename_view(anna, screen=LIST, view_id=first.id, name="Open")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b"])
def test_a_bad_name_is_refused(session: Session, anna: Actor, name: str) -> None:
    with pytest.raises(RuleViolation) as refusal:
        save_view(anna, screen=LIST, name=name, address="")
    assert refusal.value.code == "bad-view-name"


@pytest.mark.parametrize(
    "content", [{"address": "q=" + "x" * 4000}, {"address": "q=a\nb"}, {"address": "", "layout": "nosuch"}]
)
def test_bad_content_is_refused(session: Session, anna: Actor, content: dict[str, Any]) -> None:
    with pytest.raises(RuleViolation):
        save_view(anna, screen=LIST, name="Mine", **content)
    assert list_state(anna, screen=LIST).views == ()


def test_nobody_keeps_views_without_end(
    session: Session, anna: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 2)
    save_view(anna, screen=LIST, name="1", address="")
    save_view(anna, screen=LIST, name="2", address="")
    with pytest.raises(RuleViolation) as refusal:
        save_view(anna, screen=LIST, name="3", address="")
    assert refusal.value.code == "too-many-views"


def test_choices_are_remembered_one_by_one(session: Session, anna: Actor, bert: Actor) -> None:
    set_choice(anna, screen=LIST, columns=["name", "code", "name"])
    set_choice(anna, screen=LIST, density="compact")
    set_choice(anna, screen=LIST, page_size=100)
    session.flush()
    state = list_state(anna, screen=LIST)
    assert (state.columns, state.density, state.page_size) == (("name", "code"), "compact", 100)
    assert list_state(bert, screen=LIST).page_size == 25
    for wrong in ({"density": "airy"}, {"page_size": 7}):
        with pytest.raises(RuleViolation):
            set_choice(anna, screen=LIST, **wrong)


def test_a_list_opens_with_a_view_that_one_may_see(session: Session, anna: Actor, bert: Actor) -> None:
    view = save_view(anna, screen=LIST, name="Shown", address="q=a", is_shared=True)
    set_default(bert, screen=LIST, view_id=view.id)
    session.flush()
    opened = list_state(bert, screen=LIST).default_view
    assert opened is not None
    assert opened.name == "Shown"
    share_view(anna, screen=LIST, view_id=view.id, is_shared=False)
    session.flush()
    assert list_state(bert, screen=LIST).default_view is None
    hidden = save_view(anna, screen=LIST, name="Hidden", address="")
    with pytest.raises(NotFound):
        set_default(bert, screen=LIST, view_id=hidden.id)
    set_default(anna, screen=LIST, view_id=view.id)
    set_default(anna, screen=LIST, view_id=hidden.id, is_default=False)  # it was not the one
    assert list_state(anna, screen=LIST).default_view is not None
    set_default(anna, screen=LIST, view_id=view.id, is_default=False)
    session.flush()
    assert list_state(anna, screen=LIST).default_view is None


def test_a_deleted_view_is_no_default_any_more(session: Session, anna: Actor) -> None:
    key = save_view(anna, screen=LIST, name="Mine", address="").id
    set_default(anna, screen=LIST, view_id=key)
    set_choice(anna, screen=LIST, page_size=50)
    session.flush()
    assert delete_view(anna, screen=LIST, view_id=key) == "Mine"
    session.expire_all()
    state = list_state(anna, screen=LIST)
    assert (state.views, state.default_view_id, state.page_size) == ((), None, 50)
    assert session.get(SavedView, key) is None
    assert session.get_one(ListChoice, (anna.user_id, LIST)).view_id is None
