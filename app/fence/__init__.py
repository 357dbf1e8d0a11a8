"""A process of its own for everything that parses a stranger's file."""

from app.fence.errors import (
    FenceBroken,
    FenceError,
    FenceLimit,
    FenceMemory,
    FenceTimeout,
    FenceUnavailable,
)
from app.fence.fence import Fence, prepare, protection
from app.fence.limits import FenceLimits, Protection

__all__ = [
    "Fence",
    "FenceBroken",
    "FenceError",
    "FenceLimit",
    "FenceLimits",
    "FenceMemory",
    "FenceTimeout",
    "FenceUnavailable",
    "Protection",
    "prepare",
    "protection",
]
