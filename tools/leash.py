"""Starts a program that ends with the one that started it, even when that one is killed with -9.

`leashed()` gives the command; run as a program, this file puts on the leash and becomes the command.
The kernel holds the leash, on Linux; elsewhere a killed parent leaves its children behind.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def leashed(command: list[str], *, last_signal: signal.Signals, user: int = -1, group: int = -1) -> list[str]:
    """`command`, to be sent `last_signal` when this process dies; with `user` it runs as that user."""
    leash = [str(number) for number in (os.getpid(), int(last_signal), user, group)]
    return [sys.executable, "-IS", __file__, *leash, *command]


def put_on(parent: int, last_signal: int) -> None:
    """Have the kernel send `last_signal` to this process when `parent`, which started it, ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, last_signal)
    if os.getppid() != parent:
        sys.exit(128 + last_signal)


def main(arguments: list[str]) -> None:
    parent, last_signal, user, group = (int(number) for number in arguments[:4])
    command = arguments[4:]
    if user >= 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    put_on(parent, last_signal)  # after the change of user, which would undo it
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
