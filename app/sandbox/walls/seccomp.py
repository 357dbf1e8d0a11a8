"""A seccomp filter, as classic BPF: which system calls the process may still make.

The list names what is allowed; all else is refused with an error that libraries take as "not
available": no file can be opened, no socket made, no program or process started, nobody signalled.
An unknown number gets ENOSYS, so that a newer C library falls back to the older call.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from app.sandbox.walls import libc
from app.sandbox.walls.syscalls import AUDIT_ARCH, NUMBERS, X32_BIT, number

LOAD, JUMP_EQ, JUMP_GE, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06  # linux/bpf_common.h, 32 bit
NR_OFFSET, ARCH_OFFSET, ARGS_OFFSET = 0, 4, 16  # of struct seccomp_data; little endian
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000  # linux/seccomp.h
SET_MODE_FILTER = 1
NEWEST_KNOWN = 450  # calls above this number are answered with ENOSYS

CLONE_THREAD = 0x00010000
AT_EMPTY_PATH = 0x1000
TCGETS = 0x5401  # isatty(); refused by every file, harmless
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 1030
PR_SET_NAME, PR_GET_NAME, PR_SET_VMA = 15, 16, 0x53564D41
AF_UNIX = 1
ITIMER_PROF = 2


@dataclass(frozen=True, slots=True)
class Equals:
    """Argument number `argument`, all 64 bits, is one of `values`."""

    argument: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HasBits:
    """Argument number `argument` has every bit of `bits`, which are among its low 32."""

    argument: int
    bits: int


type Condition = Equals | HasBits

ALWAYS = """
    read readv pread64 write writev lseek close close_range dup dup2 dup3 fstat fadvise64
    pipe pipe2 eventfd2 epoll_create1 epoll_ctl epoll_wait epoll_pwait poll ppoll select pselect6
    mmap munmap mremap mprotect madvise brk membarrier
    futex get_robust_list set_robust_list set_tid_address rseq exit exit_group restart_syscall
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending sigaltstack
    getpid getppid gettid getuid geteuid getgid getegid getrandom uname sysinfo getcpu getrusage
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times
    sched_yield sched_getaffinity sched_getparam sched_getscheduler
    sched_get_priority_max sched_get_priority_min
""".split()  # noqa: SIM905  one name a line would hide the groups
UNAVAILABLE = ("clone3", "statx", "faccessat2", "openat2")  # their arguments cannot be looked into


def decoding_filter(pid: int, architecture: str) -> bytes:
    """The filter of a process that reads a stranger's file. pid: its own process id."""
    # memory to run code in stays allowed: ctypes needs it for the callbacks that c2pa reads through
    conditional: dict[str, tuple[Condition, ...]] = {
        "clone": (HasBits(0, CLONE_THREAD),),  # threads, no processes
        "newfstatat": (Equals(3, (AT_EMPTY_PATH,)),),  # fstat() of newer C libraries
        "tgkill": (Equals(0, (pid,)),),  # abort()
        "fcntl": (Equals(1, (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC)),),
        "ioctl": (Equals(1, (TCGETS,)),),
        "prctl": (Equals(0, (PR_SET_NAME, PR_GET_NAME, PR_SET_VMA)),),
        "setitimer": (Equals(0, (ITIMER_PROF,)),),  # the CPU time of one task
        "prlimit64": (Equals(0, (0, pid)), Equals(2, (0,))),  # reading one's own limits
    }
    program = [*_preamble(architecture)]
    for name in UNAVAILABLE:
        program += _rule(name, architecture, (), ERRNO | errno.ENOSYS)
    for name in ALWAYS:
        program += _rule(name, architecture, (), ALLOW)
    for name, conditions in conditional.items():
        program += _rule(name, architecture, conditions, ALLOW)
    program.append(_step(RETURN, ERRNO | errno.EPERM))
    return b"".join(program)


def offline_filter(architecture: str) -> bytes:
    """The filter of the process that decoding processes are forked from: no network."""
    program = [*_preamble(architecture)]
    program += _rule("socket", architecture, (Equals(0, (AF_UNIX,)),), ALLOW)
    program += _rule("socket", architecture, (), ERRNO | errno.EPERM)
    program.append(_step(RETURN, ALLOW))
    return b"".join(program)


def install(program: bytes) -> None:
    """Filter this thread and all that it starts by `program`, for good.

    Needs no_new_privs. Raises OSError where the kernel has no seccomp.
    """
    buffer = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))  # struct sock_fprog
    )
    seccomp = number("seccomp", platform.machine())
    assert seccomp is not None
    libc.syscall(seccomp, SET_MODE_FILTER, 0, ctypes.c_void_p(ctypes.addressof(header)))


def _preamble(architecture: str) -> Iterator[bytes]:
    yield _step(LOAD, ARCH_OFFSET)
    yield _step(JUMP_EQ, AUDIT_ARCH[architecture], if_true=1)
    yield _step(RETURN, KILL_PROCESS)  # 32-bit calls have other numbers
    yield _step(LOAD, NR_OFFSET)
    if architecture == "x86_64":
        yield _step(JUMP_GE, X32_BIT, if_false=1)
        yield _step(RETURN, KILL_PROCESS)
    yield _step(JUMP_GE, NEWEST_KNOWN + 1, if_false=1)
    yield _step(RETURN, ERRNO | errno.ENOSYS)


def _rule(
    name: str, architecture: str, conditions: tuple[Condition, ...], action: int
) -> list[bytes]:
    """`action` for the call `name` where all conditions are met; else on to the next rule.

    Expects the call's number in the accumulator and leaves it there.
    """
    call_number = number(name, architecture)
    if call_number is None:
        return []
    body = [_step(RETURN, action)]
    if conditions:
        body.append(_step(LOAD, NR_OFFSET))  # where a condition fails it jumps here
    for condition in reversed(conditions):
        body = [*_check(condition, failed=len(body) - 1), *body]
    return [_step(JUMP_EQ, call_number, if_false=len(body)), *body]


def _check(condition: Condition, failed: int) -> list[bytes]:
    """Falls through where the condition is met, else jumps over `failed` further steps."""
    low = ARGS_OFFSET + 8 * condition.argument
    if isinstance(condition, HasBits):
        return [
            _step(LOAD, low),
            _step(AND, condition.bits),
            _step(JUMP_EQ, condition.bits, if_false=failed),
        ]
    tests: list[bytes] = []
    for left, value in enumerate(reversed(condition.values)):  # the last value's test comes last
        tests = [_step(JUMP_EQ, value, if_true=left, if_false=0 if left else failed), *tests]
    high_failed = failed + 1 + len(tests)  # over the low half's load and tests
    return [
        _step(LOAD, low + 4),
        _step(JUMP_EQ, 0, if_false=high_failed),
        _step(LOAD, low),
        *tests,
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One struct sock_filter."""
    return struct.pack("HBBI", code, if_true, if_false, value)


def supported() -> bool:
    """True where this machine's call numbers are in the table."""
    return platform.machine() in AUDIT_ARCH and bool(NUMBERS)
