"""By what measure: standards, who may localize them within which bounds, and what a standard means in one place.

`resolve`, `load_standard` and `load_localization` work on documents alone, without a database.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.standards.document_service import load_localization, load_standard, resolve

__all__ = ["load_localization", "load_standard", "resolve"]


def __getattr__(name: str) -> Any:
    """Import on first use: what reads rules takes a while that `registry --help` must not cost."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.document_service"), name)
