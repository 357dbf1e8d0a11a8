"""System calls that Python has no function for, through ctypes. Linux only."""

import ctypes
import os

PR_SET_PDEATHSIG = 1  # include/uapi/linux/prctl.h
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.restype = ctypes.c_int


def syscall(number: int, *arguments: int | ctypes.c_void_p | None) -> int:
    """Make one system call. Raises OSError with the kernel's errno."""
    result: int = _libc.syscall(ctypes.c_long(number), *(_word(argument) for argument in arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(option: int, *arguments: int) -> int:
    """Call prctl(2); missing arguments are zero. Raises OSError with the kernel's errno."""
    padded = [*arguments, 0, 0, 0, 0][:4]
    result: int = _libc.prctl(
        ctypes.c_int(option), *(ctypes.c_ulong(argument) for argument in padded)
    )
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def unshare(flags: int) -> None:
    """Call unshare(2). Raises OSError with the kernel's errno."""
    if _libc.unshare(ctypes.c_int(flags)) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _word(value: int | ctypes.c_void_p | None) -> ctypes.c_ulong | ctypes.c_void_p:
    return ctypes.c_ulong(value) if isinstance(value, int) else ctypes.c_void_p(_address(value))


def _address(value: ctypes.c_void_p | None) -> int | None:
    return None if value is None else value.value
