"""What a decoding process may use, and which walls stand around it."""

from dataclasses import dataclass

from hashing.message import Message

MIB = 1024 * 1024
MAX_FILES = 8  # of one sandbox
FACTS = frozenset({"probe", "metadata", "parts"})  # tasks that read facts and decode no film


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Limits of one decoding process. Each error names the one that was passed.

    memory_bytes counts what the process takes beyond the loaded libraries and models (about
    400 MiB, shared by all such processes). cpu_s is for the whole life of the process, all
    threads together; wall_s is for each call.
    """

    memory_bytes: int = 1536 * MIB
    cpu_s: int = 3600
    facts_cpu_s: int = 10  # for one call of FACTS
    wall_s: float = 1800.0
    output_bytes: int = 512 * MIB  # of one answer
    open_files: int = 64

    def __post_init__(self) -> None:
        counts = (self.memory_bytes, self.cpu_s, self.facts_cpu_s, self.output_bytes)
        if min(counts) < 1 or self.wall_s <= 0:
            raise ValueError(f"sandbox limits are positive, got {self}")
        if self.open_files < MAX_FILES + 8:  # standard streams, the pipe, the files, some room
            raise ValueError(f"open_files must be at least {MAX_FILES + 8}, got {self.open_files}")


@dataclass(frozen=True, slots=True)
class Protection:
    """Which walls a decoding process reported as standing, after it had locked itself."""

    process_limits: bool = False  # memory, CPU time, files written, open files
    seccomp: bool = False  # no file opened, no socket, no program, no other process touched
    landlock: int = 0  # version of the kernel's interface in use; 0 is none
    network_namespace: bool = False  # a network of its own, with nothing on it

    @property
    def complete(self) -> bool:
        """True where nothing that reads a file can reach the network, other files or programs."""
        return self.process_limits and self.seccomp

    @property
    def missing(self) -> tuple[Message, ...]:
        """The walls that do not stand."""
        walls = {
            "wall-process-limits": self.process_limits,
            "wall-seccomp": self.seccomp,
            "wall-landlock": self.landlock > 0,
            "wall-namespace": self.network_namespace,
        }
        return tuple(Message(id) for id, stands in walls.items() if not stands)
