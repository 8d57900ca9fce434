"""Child processes that never outlive who started them."""

import ctypes
import signal

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """For a child before it becomes another program: Linux asks it to stop when its starter ends, however."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def die_with_parent() -> None:
    """For a worker whose parent may be killed: it would hold the port, so Linux ends it too."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
