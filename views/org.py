"""Screens of the organisation (R004, R008, R116)."""

from app.core.i18n import lazy_gettext as _l
from models.metrics import MetricDefinition
from models.org import Department, Employee, EmployeeAssignment, Position
from models.partners import Channel
from views.base import Screen
from views.interface import interface_of


class EmployeeAssignmentView(Screen):
    """Where a person worked, in which post and under whom."""

    datamodel = interface_of(EmployeeAssignment)
    route_base = "/employee-assignments"
    title = _l("Assignments")
    title_one = _l("Assignment")
    list_columns = ("start_on", "end_on", "department_id", "position_id", "superior_id")
    add_columns = ("employee_id", "department_id", "position_id", "superior_id", "start_on", "end_on")
    parent_column = "employee_id"


class DepartmentView(Screen):
    """Departments as a tree with leaders."""

    datamodel = interface_of(Department)
    route_base = "/departments"
    title = _l("Departments")
    title_one = _l("Department")
    list_columns = ("code", "name", "name_en", "kind", "parent_id", "leader_id")
    order_columns = ("code", "name")
    base_order = ("code", "asc")


class PositionView(Screen):
    """Posts with duties and authority."""

    datamodel = interface_of(Position)
    route_base = "/positions"
    title = _l("Positions")
    title_one = _l("Position")
    list_columns = ("code", "title", "title_en", "level", "headcount")
    order_columns = ("code", "title", "level")
    base_order = ("code", "asc")


class EmployeeView(Screen):
    """People with their superior."""

    datamodel = interface_of(Employee)
    route_base = "/employees"
    title = _l("Employees")
    title_one = _l("Employee")
    list_columns = ("code", "name", "department_id", "position_id", "superior_id", "status")
    add_columns = (
        "name", "name_en", "email", "user_id", "department_id", "position_id", "superior_id", "status", "hired_on",
        "left_on",
    )  # fmt: skip
    field_groups = (
        (_l("Person"), ("name", "name_en", "email", "user_id")),
        (_l("Place in the company"), ("department_id", "position_id", "superior_id")),
        (_l("Employment"), ("status", "hired_on", "left_on")),
    )
    order_columns = ("code", "name")
    base_order = ("code", "asc")
    related_views = [EmployeeAssignmentView]


class ChannelView(Screen):
    """Sales and communication channels."""

    datamodel = interface_of(Channel)
    route_base = "/channels"
    title = _l("Channels")
    title_one = _l("Channel")
    list_columns = ("code", "name", "name_en", "kind")
    order_columns = ("code", "name")
    base_order = ("code", "asc")


class MetricDefinitionView(Screen):
    """What each number means."""

    datamodel = interface_of(MetricDefinition)
    route_base = "/metrics"
    title = _l("Metric definitions")
    title_one = _l("Metric definition")
    list_columns = ("code", "name", "name_en", "unit", "direction", "version", "formula")
    order_columns = ("code",)
    base_order = ("code", "asc")
