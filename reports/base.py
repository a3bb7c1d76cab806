"""What a report is: declared facts, typed parameters, data that can be digested, and a template."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from flask_babel import force_locale

from app.audit.canonical import digest_of
from app.core.actor import Actor
from app.core.clock import utc_now
from reports.render import RenderedPdf, render_pdf
from reports.templating import FONT_FAMILIES

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

P = TypeVar("P")
D = TypeVar("D", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """What every page says about the document it belongs to (demo_and_reports.md, 6.3).

    Attributes:
        title, subtitle: translated; the subtitle is the name of the record or of the population.
        number, version: how people quote the document.
        period: translated text of the period reported on.
        filters: pairs (translated label, value) that narrowed the data; may be empty.
        company: name of the company, above the title.
        generated_by, generated_at: person and instant (UTC) of printing.
        data_sha256: digest of the data, equal for equal data (R015).
        watermark: pale translated word across each page of a document that is not in force; or "".
    """

    title: str
    subtitle: str
    number: str
    version: str
    period: str
    filters: tuple[tuple[str, str], ...]
    company: str
    generated_by: str
    generated_at: datetime
    data_sha256: str
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class HeadText:
    """The part of a document's head that the report knows; the rest is filled in while printing."""

    subtitle: str
    number: str
    version: str
    period: str
    company: str
    filters: tuple[tuple[str, str], ...] = ()
    watermark: str = ""


class Report(ABC, Generic[P, D]):
    """A document: `P` are its parameters, `D` its data, both frozen dataclasses.

    A subclass declares the class variables and fills in the four methods; `run` does the rest.
    """

    key: ClassVar[str]
    """Stable kebab-case name, part of addresses and permissions."""
    title: ClassVar[Any]
    """Lazy translated title."""
    permission: ClassVar[tuple[str, str]]
    """Pair (permission, resource) that printing needs; the caller checks it."""
    template: ClassVar[str]
    """File below `reports/templates`."""
    has_period: ClassVar[bool] = True
    """Whether the page of reports asks for a period (`from`, `to`)."""

    @abstractmethod
    def parse(self, args: Mapping[str, str]) -> P:
        """Return the parameters from query arguments.

        Raises:
            reports.params.BadParams: with a sentence for each wrong argument.
        """

    @abstractmethod
    def data(self, actor: Actor, params: P) -> D:
        """Return what the document says, as far as the actor may see it.

        Raises:
            app.core.errors.NotFound: the record is not there, or not for this actor.
        """

    @abstractmethod
    def head(self, data: D) -> HeadText:
        """Return the document's own head; called under the forced locale."""

    @abstractmethod
    def view(self, data: D, *, font: str) -> Mapping[str, object]:
        """Return what the template needs besides `head` and `data` (tables, charts); under the locale.

        Args:
            font: family for the text of charts, which does not follow the page's style.
        """

    def run(self, actor: Actor, params: P, locale: str) -> RenderedPdf:
        """Print the document for `actor` in `locale`; needs an application context."""
        return self.print(self.data(actor, params), locale=locale, generated_by=actor.name)

    def print(
        self, data: D, *, locale: str, generated_by: str, generated_at: datetime | None = None
    ) -> RenderedPdf:
        """Print given data: the same data, person, instant and locale give the same bytes.

        Args:
            generated_at: aware instant printed as the time of making; now if absent.
        """
        with force_locale(locale):
            text = self.head(data)
            head = DocumentHead(
                title=str(self.title),
                subtitle=text.subtitle,
                number=text.number,
                version=text.version,
                period=text.period,
                filters=text.filters,
                company=text.company,
                generated_by=generated_by,
                generated_at=generated_at or utc_now(),
                data_sha256=digest_of(asdict(data)),
                watermark=text.watermark,
            )
            view = self.view(data, font=FONT_FAMILIES[locale])
        rendered = render_pdf(self.template, {"head": head, "data": data, **view}, locale=locale)
        return replace(rendered, file_name=f"{self.key}-{text.number}.pdf")
