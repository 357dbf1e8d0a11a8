"""A process of its own for everything that parses a stranger's file.

`app.fence.fence` has the parent's side and is loaded at first use, with numpy behind it;
`prepare` loads nothing and starts what takes long. Limits
are in `app.fence.limits`, what can go wrong in `app.fence.errors`; both load nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.fence.fence import Fence, protection
    from app.fence.servers import prepare

__all__ = ["Fence", "prepare", "protection"]


HOMES = {"Fence": "fence", "prepare": "servers", "protection": "fence"}


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(f"app.fence.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
