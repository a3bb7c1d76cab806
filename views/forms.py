"""Forms made from described columns; relations are remote pickers, instants stand in the user's zone."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import get_timezone
from markupsafe import Markup
from sqlalchemy import ScalarSelect, select
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import (
    Field as FormField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)
from wtforms.widgets import TextInput, html_params

from app.core.actor import current_actor
from app.core.db import db
from app.core.errors import BadInput
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from views.fields import MAX_INTEGER, MAX_SCALED, Field, Kind, title_column
from views.form_language import PortalForm
from views.interface import interface_of

_UNSTORABLE = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
"""Control characters, halves of surrogate pairs, and what turns the reading direction of the text behind it:
one cannot be stored or printed, the other lets a document show something else than was approved."""
_REFUSED = re.compile(f"[{_UNSTORABLE}]")
_REFUSED_IN_LINE = re.compile(f"[{_UNSTORABLE}\n\r\u2028\u2029]")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


class RecordForm(PortalForm):
    """Base of every record form: the version of the row it was drawn from, and a key that is used up once."""

    row_version = HiddenField()
    request_key = HiddenField(validators=[Optional(), Regexp("[0-9a-f]{32}$")], default=lambda: token_hex(16))


class RowForm(PortalForm):
    """Base of the form of one line inside its parent's form; the parent's token and key stand for it too."""

    class Meta(PortalForm.Meta):
        """The token is the parent's."""

        csrf = False

    row_key = HiddenField()
    row_version = HiddenField()
    is_removed = HiddenField()


class RelationWidget:
    """A select with the chosen row only; `pickers.js` fetches 20 matches at a time as one types."""

    def __call__(self, field: "RelationField", **kwargs: Any) -> Markup:
        """Return the select element."""
        kwargs.setdefault("id", field.id)
        options = [Markup('<option value=""></option>')]
        if field.data is not None:
            option = Markup('<option value="{}" selected>{}</option>')
            options.append(option.format(field.data, field.chosen_title()))
        kwargs["data_optional"] = not field.flags.required
        attributes = Markup(html_params(name=field.name, data_lookup=field.lookup_url(), **kwargs))
        return Markup("<select {}>{}</select>").format(attributes, Markup("").join(options))


class RelationField(FormField):
    """Holds the key of a related row; whether it exists for the actor is checked where it is stored."""

    widget = RelationWidget()

    def __init__(self, label: Any = None, *, described: Field, endpoint: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.described = described
        self.endpoint = endpoint

    def lookup_url(self) -> str:
        """Return the address that answers the picker's searches."""
        return url_for(f"{self.endpoint}.lookup", column=self.described.name)

    title: str | None = None
    """What stands for the chosen row, once `read_titles` has read it."""

    def title_query(self) -> ScalarSelect[Any]:
        """Select the chosen row's title where the record itself names the row or the actor may see it.

        A key that somebody typed into the address or the form shows no title that is not his to read.
        """
        target = self.described.target
        assert target is not None
        query = select(title_column(target)).where(target.id == self.data)
        if self.data != self.object_data:
            query = query.where(interface_of(target).choosable(current_actor(), self.described))
        return query.scalar_subquery()

    def chosen_title(self) -> str:
        """Return what stands for the chosen row: its title, else its key."""
        return str(self.data) if self.title is None else self.title

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the key; whatever is no key is an error of this field."""
        if not valuelist:
            return
        try:
            self.data = self.described.parse(valuelist[0])
        except BadInput as problem:
            raise ValueError(str(problem)) from problem


def read_titles(fields: Iterable[FormField]) -> None:
    """Read the titles of all rows that pickers have chosen, in one statement, before the page is drawn.

    Args:
        fields: of the form and of its lines; those whose title is known already cost nothing.
    """
    chosen = [
        field
        for field in fields
        if isinstance(field, RelationField) and field.data is not None and field.title is None
    ]
    if not chosen:
        return
    titles = db.session.execute(select(*(field.title_query() for field in chosen))).one()
    for field, title in zip(chosen, titles, strict=True):
        field.title = None if title is None else str(title)


class AmountField(DecimalField):
    """An exact number; digits may be typed in groups of three, as lists show them ("1,200.50")."""

    widget = TextInput()  # the browser's own box for numbers takes no commas and turns at the wheel

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; a comma that groups nothing is refused, because it may mean a decimal point."""
        if valuelist and _GROUPED.fullmatch(valuelist[0].strip()):
            valuelist = [valuelist[0].strip().replace(",", "")]
        super().process_formdata(valuelist)


class InstantWidget:
    """The native picker with the local wall time; `dates.js` puts its own in place of it."""

    def __call__(self, field: "InstantField", **kwargs: Any) -> Markup:
        """Return the input element."""
        own = {"name": field.name, "type": "datetime-local", "value": field.wall_time(), "id": field.id}
        return Markup("<input {}>").format(Markup(html_params(**{**own, **kwargs})))


class InstantField(FormField):
    """A date and a time in the user's time zone, stored as an instant in UTC."""

    widget = InstantWidget()

    def wall_time(self) -> str:
        """Return what stands in the input: what was typed, else the stored instant in the user's zone."""
        if self.raw_data:
            return str(self.raw_data[0]).strip().replace(" ", "T", 1)
        return self.data.astimezone(_user_zone()).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the wall time in the user's zone; "T" or a blank stands between day and time."""
        if not valuelist:
            return
        text = valuelist[0].strip()
        if not text:
            self.data = None
            return
        try:
            self.data = datetime.fromisoformat(text).replace(tzinfo=_user_zone()).astimezone(UTC)
        except (ValueError, OverflowError) as problem:  # the first and the last day may have no such instant
            raise ValueError(_("Not a valid date and time.")) from problem


def _user_zone() -> ZoneInfo:
    return ZoneInfo(str(get_timezone()))


def _validators(field: Field) -> list[Any]:
    is_text = field.kind in {Kind.TEXT, Kind.MULTILINE}
    required = DataRequired if is_text else InputRequired  # blanks alone are no text
    rules: list[Any] = (
        [required(_l("“%(label)s” is required.", label=field.label))] if field.is_required else [Optional()]
    )
    if is_text:
        rules.append(_storable(field))
        if field.max_length:
            rules.append(Length(max=field.max_length))
    if field.kind is Kind.INTEGER:
        rules.append(NumberRange(-MAX_INTEGER, MAX_INTEGER))
    if field.kind in {Kind.DECIMAL, Kind.MONEY, Kind.PERCENT}:
        rules.append(_exact(field))
    return rules


def _exact(field: Field) -> Any:
    most = min(MAX_SCALED, Decimal(10) ** (18 - field.places))  # 64 bits hold 18 digits

    def check(_form: Any, form_field: Any) -> None:
        value: Decimal | None = form_field.data
        if value is None:
            return
        if not value.is_finite() or abs(value) >= most:
            raise ValidationError(_("The number is too large."))
        if value != round(value, field.places):
            raise ValidationError(_("At most %(places)s digits behind the point.", places=field.places))

    return check


def _storable(field: Field) -> Any:
    """Return the check for characters that a text must not carry."""
    refused = _REFUSED if field.kind is Kind.MULTILINE else _REFUSED_IN_LINE

    def check(_form: Any, form_field: Any) -> None:
        if form_field.data and refused.search(form_field.data):
            # a ValueError would pass as a bug: the framework takes this class only for a refusal
            raise ValidationError(_("The value contains a character that cannot be stored."))

    return check


def _strip(text: str | None) -> str | None:
    return (text.strip() or None) if text else None


def form_field(field: Field, endpoint: str, *, in_row: bool = False) -> Any:
    """Return the WTForms field of a described column.

    Args:
        in_row: whether it stands in a line: a choice then begins empty, so that an empty row is told
            from a filled one.
    """
    common: dict[str, Any] = {
        "label": field.label,
        "description": field.help or "",
        "validators": _validators(field),
        "render_kw": _hints(field),
    }
    if field.kind is Kind.RELATION:
        return RelationField(described=field, endpoint=endpoint, **common)
    if field.kind is Kind.CHOICE:
        assert field.choices is not None
        blank = [] if field.is_required and not in_row else [SelectChoice("", "")]
        listed = [SelectChoice(value, label) for value, label in field.choices.choices()]
        return SelectField(choices=blank + listed, coerce=lambda value: value or None, **common)
    if field.kind in {Kind.DECIMAL, Kind.MONEY, Kind.PERCENT}:
        return AmountField(places=field.places, **common)
    simple: dict[Kind, Any] = {
        Kind.INTEGER: IntegerField,
        Kind.DATE: DateField,
        Kind.INSTANT: InstantField,
    }
    if field.kind in simple:
        return simple[field.kind](**common)
    if field.kind is Kind.BOOLEAN:
        return BooleanField(
            label=field.label, description=field.help or "", render_kw={**_hints(field), "role": "switch"}
        )
    return (TextAreaField if field.kind is Kind.MULTILINE else StringField)(filters=[_strip], **common)


def _hints(field: Field) -> dict[str, Any]:
    """Return what the page's scripts ask of an input: its kind, and whether it holds a personal datum."""
    hints: dict[str, Any] = {"data-kind": field.kind.value}
    if field.kind in {Kind.DECIMAL, Kind.MONEY, Kind.PERCENT}:
        hints["inputmode"] = "decimal"
    if field.is_personal:
        hints["data-personal"] = True
    return hints


def make_form(name: str, described: list[Field], endpoint: str) -> type[RecordForm]:
    """Return a form class over described columns."""
    return type(name, (RecordForm,), {field.name: form_field(field, endpoint) for field in described})


def make_row_form(name: str, described: list[Field], endpoint: str) -> type[RowForm]:
    """Return the form class of one line inside its parent's form."""
    fields = {field.name: form_field(field, endpoint, in_row=True) for field in described}
    return type(name, (RowForm,), fields)
