"""How far an evaluator's reports can be believed: reports held against unannounced spot checks."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.reliability.method import Method
    from registry.reliability.posterior import Posterior, evaluator_posterior
    from registry.reliability.result import Comparison
    from registry.reliability.service import compare

__all__ = ["Comparison", "Method", "Posterior", "compare", "evaluator_posterior"]

_HOMES = {
    "Comparison": "result",
    "Method": "method",
    "Posterior": "posterior",
    "compare": "service",
    "evaluator_posterior": "posterior",
}


def __getattr__(name: str) -> Any:
    """Import on first use: pandas and scipy take a second that `registry --help` must not cost."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
