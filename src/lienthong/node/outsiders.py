"""Programs that nobody here wrote and that tests hold ours against: OpenSSL, SoftHSM, xmlsec1, pdfsig, nginx, curl."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"

PACKAGES = {
    "openssl": "openssl",
    "curl": "curl",
    "softhsm2": "softhsm2",
    "xmlsec1": "xmlsec1",
    "pdfsig": "poppler-utils",
    "nginx": "nginx-light",
    "engine": "libengine-pkcs11-openssl",
}
"""Tool → Debian's package. `softhsm2` is found as its library, `engine` as OpenSSL's PKCS#11 engine."""

_FILES = {
    "softhsm2": ("softhsm/libsofthsm2.so", "libsofthsm2.so"),
    "engine": ("engines-3/pkcs11.so", "engines-3/libpkcs11.so"),
}


def find_tool(name: str) -> str:
    """The path of a tool, "" when it is not here."""
    if name in _FILES:
        found = (Path(folder, file) for folder in _LIBRARIES for file in _FILES[name])
        return next((str(path) for path in found if path.exists()), "")
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM_FOLDERS}") or ""


def find_missing(names: Iterable[str] = PACKAGES) -> tuple[str, ...]:
    """Those of the named tools that are not here."""
    return tuple(name for name in names if not _found(name))


@cache
def _found(name: str) -> str:
    return find_tool(name)


def explain_missing(missing: Iterable[str]) -> str:
    """One sentence: what is missing, what therefore does not run, how to get it."""
    names = tuple(missing)
    packages = " ".join(PACKAGES[name] for name in names)
    return (
        f"Without {', '.join(names)} the tests that hold ours against other people's programs do not all run:"
        f" install (Debian, as root: apt-get install {packages})."
    )


def can_install() -> bool:
    """Root on Debian may."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: Iterable[str], purpose: str) -> None:
    """Install Debian packages, saying so; what cannot be had is simply not there afterwards."""
    program = shutil.which("apt-get")
    if not can_install() or program is None:
        return
    print(f"Installing {purpose} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    waiting = ["-o", "DPkg::Lock::Timeout=120"]
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run([program, *waiting, *command], env=environment, capture_output=True, check=False)  # noqa: S603
    _found.cache_clear()


def install_missing() -> tuple[str, ...]:
    """Install the tools that are not here where that may be; gives those that are still missing."""
    missing = find_missing()
    if missing and can_install():
        install([PACKAGES[name] for name in missing], "outside tools for the tests")
        missing = find_missing()
    return missing
