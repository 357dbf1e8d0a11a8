"""A process of its own for everything that parses a stranger's file.

`app.fence.fence` has the parent's side and is loaded at first use, with numpy behind it. Limits
are in `app.fence.limits`, what can go wrong in `app.fence.errors`; both load nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.fence.fence import Fence, prepare, protection

__all__ = ["Fence", "prepare", "protection"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("app.fence.fence"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
