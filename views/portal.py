"""The framework's builder with the portal's views instead of the framework's own."""

from flask import Flask, current_app
from flask_appbuilder import AppBuilder

from app.core.db import db
from app.security.manager import PortalSecurityManager
from app.security.roles import role_title
from reports.rights_words import provide
from views import base, tokens
from views.approval_resource import ApprovalApi
from views.home import HomeView
from views.openapi import OpenApiResource
from views.pages import VIEWS
from views.palette import PaletteView
from views.registry import SCREENS
from views.resources import resource_classes
from views.role_words import resources
from views.session import SessionView


class PortalBuilder(AppBuilder):
    """Registers the portal's screens and pages; of the framework's views only the token door remains."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(HomeView)
        self.add_view_no_menu(PaletteView)
        self.sm.security_api = tokens.TokenApi
        self.sm.register_views()
        self.sm.auth_view = self.add_view_no_menu(SessionView)

    def _process_inner_views(self) -> None:
        """Hand each screen the instances of its line screens (they are registered before it)."""
        by_class = {type(view): view for view in self.baseviews if not isinstance(view, type)}
        for view in self.baseviews:
            if isinstance(view, base.Screen) and view.related_views and not view._related_views:
                found = [by_class[line] for line in view.related_views if line in by_class]
                if len(found) == len(view.related_views):
                    view._related_views = found

    def _add_permission(self, baseview: object, update_perms: bool = False) -> None:
        """Write rights only when `flask init` asks; a failure is an error, not a line in a log."""
        if update_perms:
            self.sm.add_permissions_view(baseview.base_permissions, baseview.class_permission_name)  # type: ignore[attr-defined]


def install(app: Flask) -> PortalBuilder:
    """Register every screen, page and REST resource; needs an application context."""
    builder = PortalBuilder(update_perms=False, security_manager_class=PortalSecurityManager)
    builder.init_app(app, db.session)
    ordered = sorted(SCREENS, key=lambda entry: entry.area is not None)  # lines before their parents
    for entry in ordered:
        builder.add_view_no_menu(entry.screen)
        if entry.area is not None or entry.screen.datamodel.obj not in base.screens_by_model:
            base.screens_by_model[entry.screen.datamodel.obj] = entry.screen.__name__
    for view in VIEWS:
        builder.add_view_no_menu(view)
    for resource in (*resource_classes(), ApprovalApi, OpenApiResource):
        builder.add_api(resource)
    tokens.install(app)
    provide(resources)
    app.jinja_env.globals["role_title"] = role_title
    current_app.extensions["portal_builder"] = builder
    return builder
