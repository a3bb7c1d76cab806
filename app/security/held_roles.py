"""Who holds which role, be it directly or through a group; the one place that knows of both ways (R090)."""

from flask_appbuilder.security.sqla.models import assoc_group_role, assoc_user_group, assoc_user_role
from sqlalchemy import select, union

HELD = union(
    select(assoc_user_role.c.user_id, assoc_user_role.c.role_id),
    select(assoc_user_group.c.user_id, assoc_group_role.c.role_id).join(
        assoc_group_role, assoc_group_role.c.group_id == assoc_user_group.c.group_id
    ),
).subquery("held_role")
"""Rows (user_id, role_id), each pair once."""
