"""The rights report: business words in the order of the menu, marks, scopes, holders, people, signatures."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from reports import rights_words
from reports.names import Named
from reports.params import BadParams
from reports.rights_report import RightsParams, RightsReport
from reports.rights_report_data import PersonRights, RightsData, RoleHolder, RoleRights
from reports.rights_words import Resource
from tests.pdf.reading import pages_of, squeezed
from tests.pdf.samples import MADE_AT

LOGGED_IN = datetime(2026, 4, 2, 3, 4, 5, tzinfo=UTC)
MARKETING = Named("市场部", "Marketing")
HOLDER = RoleHolder("wang", "王敏", MARKETING, True, False, ("Night shift",), LOGGED_IN)
DATA = RightsData(
    company=Named("蓝旭时装", "LANXU Fashion"),
    day=date(2026, 4, 3),
    only_role=None,
    roles=(
        RoleRights(
            "Staff",
            (("BudgetLineView", ("list",)), ("MarketingPlanView", ("export", "list", "submit")),
             ("ReportView", ("view",)), ("Unplaced", ("decide",))),
            (("marketing_plan", "own"),),
            (HOLDER,),
        ),
        RoleRights("Empty", (), (), ()),
    ),
    people=(
        PersonRights("wang", "王敏", MARKETING, True, ("Staff",), LOGGED_IN),
        PersonRights("left", "李雷", None, False, (), None),
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _menu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages instead of the portal's."""
    pages = [
        Resource("MarketingPlanView", "Marketing plans", "Strategy", record_type="marketing_plan"),
        Resource("BudgetLineView", "Budget lines", "Strategy", is_line=True),
        Resource("ReportView", "Reports", "Everybody"),
    ]
    monkeypatch.setattr(rights_words, "_sources", [lambda: pages])


def _text(data: RightsData, locale: str = "en") -> str:
    made = RightsReport().print(data, locale=locale, generated_by="钱喆", generated_at=MADE_AT)
    return "\n".join(pages_of(made.content))


def test_everything_stands_in_the_report_in_the_order_of_the_menu(printing: Flask) -> None:
    text = squeezed(_text(DATA))
    order = ("Strategy", "Marketingplans", "Budgetlines", "Everybody", "Reports")
    places = [text.index(word, text.index("Seethe")) for word in order]
    assert places == sorted(places)
    for fact in ("Ownrecords", "wang", "王敏", "Marketing", "Nightshift", "2026-04-0211:04:05", "钱喆", "RR-20260403",
                 "Thisrolegrantsnothing", "Nobodyholdsthisrole", "left(switchedoff)", "Approve,returnorreject"):  # fmt: skip
        assert fact in text, fact
    assert text.count("●") == 4, "list twice, export, submit"
    assert "MarketingPlanView" not in text


def test_equal_data_give_equal_files_and_a_changed_right_another_digest(printing: Flask) -> None:
    first, second = _text(DATA), _text(DATA)
    assert first == second
    role = replace(DATA.roles[0], rights=DATA.roles[0].rights[1:])
    digests = {
        line
        for text in (first, _text(replace(DATA, roles=(role,))))
        for line in text.splitlines()
        if "SHA-256" in line
    }
    assert len({line.strip() for line in digests}) == 2


def test_it_speaks_the_three_languages(printing: Flask) -> None:
    for locale, company in (("zh", "蓝旭时装"), ("zh_Hant_TW", "蓝旭时装"), ("en", "LANXU")):
        assert company in _text(DATA, locale)


def test_one_role_is_named_in_the_head(printing: Flask) -> None:
    text = _text(replace(DATA, only_role="Empty", roles=DATA.roles[1:], people=()))
    assert "Empty" in text


def test_the_parameters_are_read_and_checked(printing: Flask) -> None:
    assert RightsReport().parse({}) == RightsParams(None)
    assert RightsReport().parse({"role": "3"}) == RightsParams(3)
    for wrong in ({"role": "3,4"}, {"role": "x"}, {"from": "2026-01-01"}):
        with pytest.raises(BadParams):
            RightsReport().parse(wrong)
