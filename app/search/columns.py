"""Which models have a quick search, and over which of their columns."""

from typing import Any

from models.base import FabModel


def search_columns(model: Any) -> tuple[str, ...]:
    """Return the names of a model's searched columns."""
    columns: tuple[str, ...] = getattr(model, "__search__", ())
    return columns


def searched_models() -> list[type[Any]]:
    """Return every mapped model with a quick search, in the order of their tables' names."""
    found = {mapper.class_ for mapper in FabModel.registry.mappers if search_columns(mapper.class_)}
    return sorted(found, key=lambda model: str(model.__tablename__))
