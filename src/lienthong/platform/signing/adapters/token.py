"""A PKCS#11 token (thiết bị lưu khóa): its module loaded once, one login, sessions lent to threads.

A token that was pulled out, restarted or that forgot the login is opened anew, once per failure. A wrong PIN is never
tried again: tokens lock themselves after a few.
"""

import ctypes
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

import pkcs11
import structlog
from pkcs11 import exceptions

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr

T = TypeVar("T")

_log = structlog.get_logger()
_OS_LOCKING_OK = 2
_INITIALIZE, _FINALIZE, _GET_FUNCTION_LIST = 0, 1, 3
_NOT_INITIALIZED = 0x190
_WAIT_SECONDS = 20.0
_LOST = (
    exceptions.SessionHandleInvalid,
    exceptions.SessionClosed,
    exceptions.UserNotLoggedIn,
    exceptions.DeviceRemoved,
    exceptions.DeviceError,
    exceptions.TokenNotPresent,
    exceptions.KeyHandleInvalid,
    exceptions.ObjectHandleInvalid,
    exceptions.GeneralError,
    exceptions.FunctionFailed,
)
_BAD_PIN = (
    exceptions.PinIncorrect,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.PinLocked,
    exceptions.PinExpired,
    exceptions.UserPinNotInitialized,
)


class _InitializeArguments(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("create", "destroy", "lock", "unlock")),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    )


class Module:
    """A vendor's PKCS#11 library in this process.

    python-pkcs11 initialises a library for one thread only (`C_Initialize(NULL)`); here several threads sign at once,
    so the library is told to lock (`CKF_OS_LOCKING_OK`).
    """

    def __init__(self, path: str) -> None:
        self.library = pkcs11.lib(path)
        self._functions = _function_list(path)
        self.library.finalize()
        self.initialize()

    def initialize(self) -> None:
        """Raises PKCS11Error."""
        arguments = _InitializeArguments(flags=_OS_LOCKING_OK)
        if code := self._call(_INITIALIZE, ctypes.addressof(arguments)):
            raise exceptions.PKCS11Error(f"C_Initialize gave {code:#x}")

    def finalize(self) -> None:
        """Close all sessions and forget all logins of this process."""
        if (code := self._call(_FINALIZE, None)) not in (0, _NOT_INITIALIZED):
            _log.warning("token module not finalized", code=hex(code))

    def _call(self, index: int, argument: int | None) -> int:
        return int(ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)(self._functions[index] or 0)(argument))


_modules: dict[str, Module] = {}
_loading = threading.Lock()


def load(path: str) -> Module:
    """The library, once per process. Raises PKCS11Error."""
    with _loading:
        if path not in _modules:
            _modules[path] = Module(path)
        return _modules[path]


def _function_list(path: str) -> "ctypes.Array[ctypes.c_void_p]":
    """The first entries of CK_FUNCTION_LIST; they follow the version, which takes a pointer's room."""
    found = ctypes.c_void_p()
    if ctypes.CDLL(path).C_GetFunctionList(ctypes.byref(found)) or not found.value:
        raise exceptions.PKCS11Error("C_GetFunctionList failed")
    return (ctypes.c_void_p * (_GET_FUNCTION_LIST + 1)).from_address(found.value + ctypes.sizeof(ctypes.c_void_p))


@dataclass(eq=False)
class Lent:
    """A session lent to one thread, with the key handles it has found."""

    session: pkcs11.Session
    generation: int
    keys: dict[str, pkcs11.SignMixin] = field(default_factory=dict)


class Token:
    """One token, by label. `run` lends a session; threads beyond `sessions` wait for one."""

    def __init__(self, module: str, label: str, pin: Callable[[], str], *, sessions: int = 8) -> None:
        self._path, self._label, self._pin, self._most = module, label, pin, sessions
        self._module: Module | None = None
        self._token: pkcs11.Token | None = None
        self._login: pkcs11.Session | None = None
        self._idle: list[Lent] = []
        self._lent = 0
        self._generation = 0
        self._closing = False
        self._refused_pin = b""
        self._free = threading.Condition()

    def run(self, work: Callable[[Lent], T], *, writing: bool = False) -> T:
        """Do work with a session (`writing`: one that may make objects); a lost token is opened anew, once.

        Raises Refused `signing.no-token`, `signing.token-pin`.
        """
        for attempt in (1, 2):
            lent = self._borrow(writing=writing)
            lost = None
            try:
                return work(lent)
            except _LOST as error:
                lost = error
            finally:
                self._give_back(lent, keep=lost is None and not writing)
            _log.warning("token lost", error=type(lost).__name__, attempt=attempt)
            if attempt == 2:
                raise no_token(type(lost).__name__) from lost
            self._forget(lent.generation)
        raise AssertionError

    def _borrow(self, *, writing: bool) -> Lent:
        with self._free:
            if not self._free.wait_for(lambda: not self._closing and self._lent < self._most, _WAIT_SECONDS):
                raise no_token("busy")
            if self._login is None:
                self._connect()
            lent = self._idle.pop() if self._idle and not writing else self._open(writing=writing)
            self._lent += 1
            return lent

    def _give_back(self, lent: Lent, *, keep: bool) -> None:
        with self._free:
            self._lent -= 1
            if lent.generation == self._generation:
                if keep:
                    self._idle.append(lent)
                else:
                    _close(lent.session)
            self._free.notify_all()

    def _forget(self, generation: int) -> None:
        """Drop every session of a generation, when nobody is using one any more; one thread does it for all."""
        with self._free:
            if self._closing:
                self._free.wait_for(lambda: self._generation != generation, _WAIT_SECONDS)
                return
            if self._generation != generation:
                return
            self._closing = True
            try:
                if self._free.wait_for(lambda: self._lent == 0, _WAIT_SECONDS):
                    self._disconnect()
            finally:
                self._closing = False
                self._free.notify_all()

    def _disconnect(self) -> None:
        self._generation += 1
        self._idle.clear()
        self._login = self._token = None
        if self._module is not None:
            self._module.finalize()
            self._module.initialize()

    def _connect(self) -> None:
        pin = self._pin()
        mark = sha256(pin.encode()).digest()
        if not pin or mark == self._refused_pin:
            raise _bad_pin(given=bool(pin))
        try:
            if self._module is None:
                self._module = load(self._path)
            self._token = self._find(self._module)
            self._login = self._token.open(rw=True, user_pin=pin)
        except _BAD_PIN as error:
            self._refused_pin = mark
            self._disconnect()
            raise _bad_pin(given=True) from error
        except (exceptions.PKCS11Error, OSError) as error:
            self._disconnect()
            raise no_token(type(error).__name__) from error

    def _find(self, module: Module) -> pkcs11.Token:
        """The token; some modules see one that came later, or recover, only when they begin anew."""
        try:
            return module.library.get_token(token_label=self._label)
        except exceptions.PKCS11Error:
            self._disconnect()
            return module.library.get_token(token_label=self._label)

    def close(self) -> None:
        """Log out and give everything back; the next use opens it anew."""
        with self._free:
            self._disconnect()

    def _open(self, *, writing: bool) -> Lent:
        if self._token is None:
            raise AssertionError
        try:
            return Lent(self._token.open(rw=writing), self._generation)
        except exceptions.PKCS11Error as error:
            if self._lent == 0:
                self._disconnect()
            raise no_token(type(error).__name__) from error


def _close(session: pkcs11.Session) -> None:
    try:
        session.close()
    except exceptions.PKCS11Error as error:
        _log.info("session of the token not closed", error=type(error).__name__)


def no_token(reason: str) -> Refused:
    """Refusal because the token does not answer; `reason` is a word for the operator."""
    return Refused(
        "signing.no-token",
        tr(
            "Thiết bị lưu khóa không trả lời ({reason}).",
            "The token that holds the keys does not answer ({reason}).",
        ).format(reason=reason),
        status=503,
    )


def _bad_pin(*, given: bool) -> Refused:
    sentence = (
        tr(
            "Mã PIN của thiết bị lưu khóa bị từ chối; không thử lại để thiết bị không tự khóa.",
            "The token refused its PIN; it is not tried again, so that the token does not lock itself.",
        )
        if given
        else Bilingual(
            "Chưa có mã PIN của thiết bị lưu khóa (LIENTHONG_TOKEN_PIN hoặc LIENTHONG_TOKEN_PIN_FILE).",
            "There is no PIN for the token (LIENTHONG_TOKEN_PIN or LIENTHONG_TOKEN_PIN_FILE).",
        )
    )
    return Refused("signing.token-pin", sentence, status=503)
