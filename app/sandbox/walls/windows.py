"""Process limits on Windows: a job object around one process (winnt.h, jobapi2.h)."""

import ctypes
import subprocess
import sys

from app.sandbox.limits import SandboxLimits

if sys.platform == "win32":
    from ctypes import wintypes

    EXTENDED_LIMIT_INFORMATION = 9  # JobObjectExtendedLimitInformation
    LIMIT_PROCESS_TIME = 0x0002
    LIMIT_ACTIVE_PROCESS = 0x0008
    LIMIT_PROCESS_MEMORY = 0x0100
    LIMIT_KILL_ON_JOB_CLOSE = 0x2000
    TICKS_A_SECOND = 10_000_000
    LOADED_BYTES = 512 * 1024 * 1024  # libraries and models, which the limit does not count

    class _Basic(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _Extended(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", _Basic),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel32.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
    _kernel32.SetInformationJobObject.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
    )
    _kernel32.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)

    def limit(process: "subprocess.Popen[bytes]", limits: SandboxLimits) -> int:
        """Limit a process's memory and CPU time, and let it start no other. Returns the job.

        Raises OSError after it has killed the process.
        """
        job = _kernel32.CreateJobObjectW(None, None)
        information = _Extended()
        information.BasicLimitInformation.PerProcessUserTimeLimit = limits.cpu_s * TICKS_A_SECOND
        information.BasicLimitInformation.ActiveProcessLimit = 1
        information.BasicLimitInformation.LimitFlags = (
            LIMIT_PROCESS_TIME
            | LIMIT_ACTIVE_PROCESS
            | LIMIT_PROCESS_MEMORY
            | LIMIT_KILL_ON_JOB_CLOSE
        )
        information.ProcessMemoryLimit = limits.memory_bytes + LOADED_BYTES
        size = ctypes.sizeof(information)
        handle = int(process._handle)  # type: ignore[attr-defined]  # no other way to it
        if not (
            job
            and _kernel32.SetInformationJobObject(
                job, EXTENDED_LIMIT_INFORMATION, ctypes.byref(information), size
            )
            and _kernel32.AssignProcessToJobObject(job, handle)
        ):
            process.kill()
            raise ctypes.WinError(ctypes.get_last_error())
        return int(job)

    def close(job: int) -> None:
        """Close a job, which ends what still runs in it."""
        _kernel32.CloseHandle(job)

    def system_folder() -> str:
        """C:\\Windows, which libraries look for under SYSTEMROOT."""
        buffer = ctypes.create_unicode_buffer(260)
        _kernel32.GetWindowsDirectoryW(buffer, len(buffer))
        return buffer.value
