"""The filter's program, run by a slow and obvious interpreter, for both architectures.

The oracle of what is allowed is written out here once more, by hand, as numbers are not: a wrong
number in the table would open another call than the one that was meant.
"""

import errno
import platform
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from app.sandbox.walls.seccomp import ALLOW, ERRNO, KILL_PROCESS, decoding_filter, offline_filter
from app.sandbox.walls.syscalls import AUDIT_ARCH, NUMBERS, X32_BIT, number

PID = 4242
REPO = Path(__file__).parents[4]
ARCHITECTURES = ["x86_64", "aarch64"]


def run(program: bytes, call: int, arguments: tuple[int, ...] = (), arch: int = 0) -> int:
    """The filter's verdict on one call, after Documentation/networking/filter.rst."""
    padded = [*arguments, *[0] * 6][:6]
    data = struct.pack("<IIQ6Q", call, arch, 0, *padded)
    accumulator, at = 0, 0
    for _ in range(len(program)):
        code, if_true, if_false, value = struct.unpack_from("HBBI", program, 8 * at)
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            accumulator &= value
        elif code == 0x15:
            at += if_true if accumulator == value else if_false
        elif code == 0x35:
            at += if_true if accumulator >= value else if_false
        elif code == 0x06:
            return int(value)
        else:
            raise AssertionError(f"unknown step {code:#x}")
    raise AssertionError("the program does not end")


def verdict(architecture: str, name: str, *arguments: int) -> int:
    call = number(name, architecture)
    assert call is not None
    program = decoding_filter(PID, architecture)
    return run(program, call, arguments, AUDIT_ARCH[architecture])


REFUSED = ERRNO | errno.EPERM
ABSENT = ERRNO | errno.ENOSYS


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(
    ("name", "arguments", "wanted"),
    [
        ("read", (3,), ALLOW),
        ("write", (3,), ALLOW),
        ("mmap", (), ALLOW),
        ("futex", (), ALLOW),
        ("clone", (0x003D0F00,), ALLOW),  # what glibc's pthread_create asks for
        ("clone", (0x01200011,), REFUSED),  # what its fork asks for
        ("clone", (0x00004111,), REFUSED),  # CLONE_VM and CLONE_VFORK, as posix_spawn
        ("clone3", (), ABSENT),
        ("statx", (), ABSENT),
        ("openat2", (), ABSENT),
        ("newfstatat", (3, 0, 0, 0x1000), ALLOW),
        ("newfstatat", (3, 0, 0, 0), REFUSED),
        ("newfstatat", (3, 0, 0, 0x1100), REFUSED),
        ("tgkill", (PID, PID, 6), ALLOW),
        ("tgkill", (PID + 1, PID, 6), REFUSED),
        ("tgkill", (PID | 1 << 32, PID, 6), REFUSED),
        ("kill", (PID, 9), REFUSED),
        ("prctl", (15,), ALLOW),
        ("prctl", (16,), ALLOW),
        ("prctl", (4,), REFUSED),  # PR_SET_DUMPABLE
        ("prctl", (1,), REFUSED),  # PR_SET_PDEATHSIG
        ("prlimit64", (0, 7, 0, 1), ALLOW),
        ("prlimit64", (PID, 7, 0, 1), ALLOW),
        ("prlimit64", (0, 7, 1, 0), REFUSED),
        ("prlimit64", (1, 7, 0, 1), REFUSED),
        ("prlimit64", (0, 7, 1 << 32, 0), REFUSED),
        ("fcntl", (3, 0), ALLOW),
        ("fcntl", (3, 3), ALLOW),
        ("fcntl", (3, 1030), ALLOW),
        ("fcntl", (3, 4), REFUSED),  # F_SETFL
        ("fcntl", (3, 8), REFUSED),  # F_SETOWN
        ("ioctl", (3, 0x5401), ALLOW),
        ("ioctl", (3, 0x5412), REFUSED),  # TIOCSTI, typing for the user
        ("socket", (1,), REFUSED),
        ("socketpair", (1,), REFUSED),
        ("seccomp", (), REFUSED),
        ("landlock_restrict_self", (), REFUSED),
        ("capset", (), REFUSED),
    ],
)
def test_a_call_is_judged_as_meant(
    architecture: str, name: str, arguments: tuple[int, ...], wanted: int
) -> None:
    assert verdict(architecture, name, *arguments) == wanted


# from the kernel's tables, by hand; none of these may ever be allowed
DANGEROUS = {
    "x86_64": {
        "open": 2, "openat": 257, "creat": 85, "stat": 4, "access": 21, "unlink": 87,
        "rename": 82, "mkdir": 83, "chmod": 90, "truncate": 76, "ftruncate": 77, "readlink": 89,
        "connect": 42, "accept": 43, "sendto": 44, "recvfrom": 45, "sendmsg": 46, "bind": 49,
        "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "kill": 62, "tkill": 200,
        "rt_sigqueueinfo": 129, "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311,
        "mount": 165, "chroot": 161, "unshare": 272, "setns": 308, "bpf": 321, "keyctl": 250,
        "perf_event_open": 298, "userfaultfd": 323, "memfd_create": 319, "io_uring_setup": 425,
        "pidfd_open": 434, "pidfd_getfd": 438, "pidfd_send_signal": 424, "setrlimit": 160,
        "shmget": 29, "msgget": 68, "setuid": 105, "add_key": 248, "kcmp": 312, "utimes": 235,
        "sendfile": 40, "fchmod": 91, "fsetxattr": 190, "name_to_handle_at": 303,
        "open_by_handle_at": 304, "process_madvise": 440, "pwrite64": 18, "mlock": 149,
    },
    "aarch64": {
        "openat": 56, "faccessat": 48, "unlinkat": 35, "renameat": 38, "mkdirat": 34,
        "fchmodat": 53, "truncate": 45, "ftruncate": 46, "readlinkat": 78, "connect": 203,
        "accept": 202, "sendto": 206, "recvfrom": 207, "sendmsg": 211, "bind": 200,
        "execve": 221, "execveat": 281, "kill": 129, "tkill": 130, "rt_sigqueueinfo": 138,
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "mount": 40,
        "chroot": 51, "unshare": 97, "setns": 268, "bpf": 280, "keyctl": 219,
        "perf_event_open": 241, "userfaultfd": 282, "memfd_create": 279, "io_uring_setup": 425,
        "pidfd_open": 434, "pidfd_getfd": 438, "pidfd_send_signal": 424, "setrlimit": 164,
        "shmget": 194, "msgget": 186, "setuid": 146, "add_key": 217, "kcmp": 272,
        "utimensat": 88, "sendfile": 71, "fchmod": 52, "fsetxattr": 7, "name_to_handle_at": 264,
        "open_by_handle_at": 265, "process_madvise": 440, "pwrite64": 68, "mlock": 228,
    },
}  # fmt: skip
CASES = [(arch, name, call) for arch, calls in DANGEROUS.items() for name, call in calls.items()]


@pytest.mark.parametrize(("architecture", "name", "call"), CASES)
def test_what_could_do_harm_is_refused_whatever_its_arguments(
    architecture: str, name: str, call: int
) -> None:
    program = decoding_filter(PID, architecture)
    for arguments in [(), (PID,) * 6, (2**64 - 1,) * 6, (0x10000,) * 6]:
        assert run(program, call, arguments, AUDIT_ARCH[architecture]) == REFUSED


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_numbers_nobody_knows_yet_are_absent(architecture: str) -> None:
    program = decoding_filter(PID, architecture)
    for call in (451, 468, 1000, X32_BIT - 1):
        assert run(program, call, (), AUDIT_ARCH[architecture]) == ABSENT


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_calls_of_another_architecture_end_the_process(architecture: str) -> None:
    program = decoding_filter(PID, architecture)
    i386 = 0x40000003
    others = {i386, *AUDIT_ARCH.values()} - {AUDIT_ARCH[architecture]}
    assert {run(program, 0, (), arch) for arch in others} == {KILL_PROCESS}


def test_calls_of_the_x32_interface_end_the_process() -> None:
    program = decoding_filter(PID, "x86_64")
    for call in (X32_BIT, X32_BIT | 257, X32_BIT | 41):
        assert run(program, call, (), AUDIT_ARCH["x86_64"]) == KILL_PROCESS


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_server_has_unix_sockets_and_no_others(architecture: str) -> None:
    program = offline_filter(architecture)
    call, arch = number("socket", architecture), AUDIT_ARCH[architecture]
    assert call is not None
    assert run(program, call, (1,), arch) == ALLOW
    assert {run(program, call, (family,), arch) for family in (2, 10, 16, 17)} == {REFUSED}
    assert run(program, 0, (), arch) == ALLOW


def test_no_number_is_used_twice() -> None:
    for column in (0, 1):
        known = [pair[column] for pair in NUMBERS.values() if pair[column] is not None]
        assert len(known) == len(set(known))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has Landlock")
def test_landlock_alone_keeps_files_shut(tmp_path: Path) -> None:
    """The second wall, without the first one in front of it."""
    script = (
        "import sys\n"
        "from app.sandbox.walls import landlock, libc\n"
        "inside = open(sys.argv[1], 'rb')\n"
        "libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)\n"
        "version = landlock.restrict()\n"
        "assert inside.read(1)\n"
        "for path, mode in ((sys.argv[1], 'rb'), ('/etc/passwd', 'rb'), (sys.argv[2], 'wb')):\n"
        "    try: open(path, mode)\n"
        "    except PermissionError: print('refused')\n"
        "    else: print('opened')\n"
        "print(version)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, __file__, str(tmp_path / "new")],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    )
    *opened, version = ran.stdout.split()
    assert set(opened) == ({"refused"} if int(version) else {"opened"})
    assert (tmp_path / "new").exists() == (not int(version))


def test_this_machine_is_in_the_table() -> None:
    assert platform.machine() in AUDIT_ARCH or sys.platform != "linux"
