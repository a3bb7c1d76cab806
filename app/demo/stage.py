"""The stage on which the demo company's year is played: who acts, when, and what was made so far.

Everything happens through the services, as the person whose work it is, at an instant of the past. The
scenes are played in the order of their instants whatever module wrote them, so that numbers, stamps and
the audit trail run in time; all of it is one transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from app.audit.entries import TABLE, append
from app.audit.pending import pending_of
from app.core.actor import Actor, acting_as
from app.core.clock import company_zone, frozen_at, utc_now
from app.core.events import pending
from app.services.crud import service_of
from app.services.nouns import NOUNS
from models.org import Employee

SEED = 20261121
CURTAIN = "2026-11-20 18:00"
"""When the story ends: the evening before the company's “today”."""
NEWS_FROM = "2026-11-13 00:00"
"""What was announced earlier was read long ago: no notice and no mail is made of it now."""

Act = Callable[[Actor], None]
Tell = Callable[[str], None]

assert NOUNS  # imported so that every noun's service is registered


def moment(when: str) -> datetime:
    """Return the aware instant of `YYYY-MM-DD HH:MM` in the company's time zone."""
    return datetime.fromisoformat(when).replace(tzinfo=company_zone())


@dataclass(order=True)
class _Scene:
    at: datetime
    number: int
    who: str = field(compare=False)
    act: Act = field(compare=False)


class Stage:
    """The company's people, what they made, and what is still to come.

    Attributes:
        people: key of `app.demo.organisation.PEOPLE` → employee.
        things: key chosen by the scene that made it → record.
        random: the one source of chance, with a fixed seed.
    """

    def __init__(self, session: Session, people: dict[str, Employee], tell: Tell) -> None:
        self.session = session
        self.people = people
        self.things: dict[str, Any] = {}
        self.random = Random(SEED)  # noqa: S311  the same story each time, nothing secret
        self._tell = tell
        self._keys = {employee.id: key for key, employee in people.items()}
        self._actors = {key: _actor_of(employee) for key, employee in people.items()}
        self._queue: list[_Scene] = []
        self._numbers = count()
        self._requests = count(1)

    # -------------------------------------------------------------- people

    def actor(self, who: str) -> Actor:
        """Return a person as the actor of a command."""
        return self._actors[who]

    def key_of(self, employee_id: int) -> str:
        """Return the key of an employee."""
        return self._keys[employee_id]

    def id_of(self, who: str) -> int:
        """Return the key of the row of a person."""
        return self.people[who].id

    def request_key(self) -> str:
        """Return a new key of a request."""
        return f"demo-{next(self._requests)}"

    # -------------------------------------------------------------- records

    def store(self, actor: Actor, record: Any, key: str | None = None) -> Any:
        """Create a record by its service and keep it under a key."""
        service_of(type(record)).create(actor, record=record)
        self.session.flush()
        if key is not None:
            self.things[key] = record
        return record

    def store_all(self, actor: Actor, records: Iterable[Any]) -> None:
        """Create lines that do not depend on each other by their services, in one flush."""
        for record in records:
            service_of(type(record)).create(actor, record=record)
        self.session.flush()

    def change(self, actor: Actor, record: Any, **values: Any) -> None:
        """Change a record by its service."""
        for name, value in values.items():
            setattr(record, name, value)
        service_of(type(record)).update(actor, record=record)
        self.session.flush()

    # -------------------------------------------------------------- scenes

    def at(self, when: str | datetime, who: str, act: Act) -> None:
        """Note a scene: at this instant this person does this; scenes may note further ones."""
        instant = moment(when) if isinstance(when, str) else when
        if instant > moment(CURTAIN):
            message = f"a scene of {who} at {instant} comes after the end of the story"
            raise ValueError(message)
        heappush(self._queue, _Scene(instant, next(self._numbers), who, act))

    def later(self, who: str, act: Act) -> None:
        """Note a scene one working half-day to two days after the present one, in office hours."""
        hours = self.random.choice((3, 5, 8, 20, 27))
        self.at(in_office(utc_now() + timedelta(hours=hours)), who, act)

    def play(self) -> int:
        """Play all scenes in order of time; return how many there were."""
        played, month = 0, ""
        while self._queue:
            scene = heappop(self._queue)
            if month != f"{scene.at:%Y-%m}":
                month = f"{scene.at:%Y-%m}"
                self._tell(f"{month} …")
            self.play_now(scene.at, self._actors[scene.who], scene.act)
            played += 1
        return played

    def play_now(self, instant: datetime, actor: Actor, act: Act) -> None:
        """Play one scene and write its part of the audit trail with its own instant."""
        with frozen_at(instant), acting_as(actor):
            act(actor)
            self.session.flush()
            if instant < moment(NEWS_FROM):
                pending(self.session).clear()
            trail = pending_of(self.session)
            entries, trail.entries = trail.entries, []
            if entries:
                append(self.session.connection(bind_arguments={"clause": TABLE}), entries)


def in_office(instant: datetime) -> datetime:
    """Return the same instant, or the next one between 09:00 and 18:00 of a working day."""
    local = instant.astimezone(company_zone())
    if local.hour >= 18:
        local = (local + timedelta(days=1)).replace(hour=9, minute=10 + local.minute % 40)
    elif local.hour < 9:
        local = local.replace(hour=9, minute=10 + local.minute % 40)
    while local.weekday() >= 5:
        local += timedelta(days=1)
    return local


def _actor_of(employee: Employee) -> Actor:
    return Actor(
        user_id=employee.user_id,
        name=employee.name,
        employee_id=employee.id,
        department_id=employee.department_id,
    )
