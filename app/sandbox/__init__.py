"""A process of its own for everything that parses a stranger's file.

`app.sandbox.sandbox` has the parent's side and is loaded at first use, with numpy behind it;
`prepare` loads nothing and starts what takes long. Limits
are in `app.sandbox.limits`, what can go wrong in `app.sandbox.errors`; both load nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.sandbox.sandbox import Sandbox, protection
    from app.sandbox.server_registry import prepare

__all__ = ["Sandbox", "prepare", "protection"]


HOMES = {"Sandbox": "sandbox", "prepare": "server_registry", "protection": "sandbox"}


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(f"app.sandbox.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
