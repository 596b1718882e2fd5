"""Runs `python -m camcensus` as on a system that is not Linux: `without_linux.py SYSTEM WORD...`.

It is still Python for Linux underneath. What the other system's Python does not have is hidden
before camcensus is imported: modules, attributes, the methods of sockets and event loops.
"""

import asyncio
import ctypes.util
import fcntl
import getpass
import hashlib
import platform
import runpy
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile

import ifaddr

# The standard library and ifaddr choose by platform when they are imported: they have chosen now.
CHOSEN = asyncio, ctypes.util, fcntl, getpass, ifaddr, platform, shutil, subprocess, tempfile
sysconfig.get_config_vars()

LINUX_ONLY = {
    "os": ("sched_getaffinity", "pipe2", "O_CLOEXEC", "getrandom", "memfd_create"),
    "socket": (
        *("AF_PACKET", "AF_NETLINK", "NETLINK_ROUTE", "SO_BINDTODEVICE", "TCP_QUICKACK"),
        *("SO_MARK", "IP_RECVERR", "TCP_USER_TIMEOUT"),
    ),
    "signal": (),
}
POSIX_ONLY = {
    "os": (
        *("geteuid", "getuid", "getegid", "getgid", "getgroups", "fchmod", "fchown", "chown"),
        *("pwrite", "pread", "fork", "killpg", "setsid", "getpgid", "getloadavg", "sysconf"),
        *("statvfs", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_SYNC", "mkfifo", "nice"),
        *("confstr", "getpriority", "initgroups", "lchown", "posix_fallocate", "sync", "ttyname"),
    ),
    "socket": ("SO_REUSEPORT", "MSG_DONTWAIT", "MSG_NOSIGNAL", "CMSG_LEN", "CMSG_SPACE"),
    "signal": ("SIGHUP", "SIGALRM", "SIGUSR1", "SIGQUIT", "SIGPIPE", "SIGCHLD", "setitimer"),
}
POSIX_MODULES = (
    *("fcntl", "resource", "termios", "tty", "pty", "pwd", "grp", "syslog", "readline", "curses"),
)


class _HasNoSuchMethodError(AttributeError):
    """What Python says of a method that this system does not have."""


@property  # type: ignore[misc]  # stands in for a method, so that reading it already fails
def absent(self: object) -> object:
    raise _HasNoSuchMethodError("not on this system")


def not_implemented(*_: object) -> None:
    raise NotImplementedError


def allow_only_approved_hashes() -> None:
    """What Red Hat's Python does in FIPS mode: the rest raises, MD5 even where it is no secret."""

    def unsupported(*_: object, **__: object) -> None:
        raise ValueError("unsupported hash type (FIPS mode)")

    for name in ("md5", "sha1", "blake2b", "blake2s"):
        setattr(hashlib, name, unsupported)


def hide(names: dict[str, tuple[str, ...]]) -> None:
    """Take these attributes out of their modules, where they are."""
    for module, attributes in names.items():
        for attribute in attributes:
            if hasattr(sys.modules[module], attribute):
                delattr(sys.modules[module], attribute)


def become(system: str) -> None:
    """Be like this system: `unix` has POSIX but nothing of Linux, `windows` has neither.

    `windows-with-flock` is for what takes the lock of a census: msvcrt cannot be had here.
    `fips` is Linux on which no hash is left but those that FIPS 140 approves.
    """
    if system == "fips":
        allow_only_approved_hashes()
        return
    hide(LINUX_ONLY)
    if system.startswith("windows"):
        flock = sys.modules["fcntl"]
        hide(POSIX_ONLY)
        # `None` there makes every import of it fail, as of a module that does not exist
        sys.modules.update(dict.fromkeys(POSIX_MODULES))  # type: ignore[arg-type]  # None hides
        if system == "windows-with-flock":
            sys.modules["fcntl"] = flock
        for method in ("recvmsg", "sendmsg", "recvmsg_into"):
            setattr(socket.socket, method, absent)
        asyncio.SelectorEventLoop.add_signal_handler = not_implemented  # type: ignore[assignment,method-assign]
    sys.platform = "elsewhere"


if __name__ == "__main__":
    become(sys.argv[1])
    sys.argv[1:] = sys.argv[2:]
    runpy.run_module("camcensus", run_name="__main__", alter_sys=True)
