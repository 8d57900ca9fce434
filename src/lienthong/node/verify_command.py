"""`./lienthong verify FILE`: judge a proof offline, without a node, a database or a network."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lienthong.node.commanding import Commands

if TYPE_CHECKING:
    from lienthong.platform.signing.types import ContainerVerdict

_MARKS = {"good": "+", "note": "!", "bad": "-"}


def add_to(commands: Commands) -> None:
    """Add the command."""
    verify = commands.add_parser(
        "verify",
        help="judge a proof (ASiC-E container, or a ZIP of several) offline, in sentences",
        description="Recomputes everything in a proof container: files, hash chains, signature, certificate, OCSP "
        "answer, time stamps, the place in the log. Needs no node, no database, no network. Exit 0 when all is good, "
        "else 1. Without --roots the file is judged by the root certificates that it brings, whose digests are then "
        "printed: compare them with those you know.",
    )
    verify.add_argument("file", type=Path, metavar="FILE", help="a container (.asice), or a ZIP of containers")
    verify.add_argument("--roots", type=Path, metavar="DIR", help="folder of trusted root certificates (*.pem, *.crt)")
    verify.add_argument(
        "--with",
        dest="given",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a file that the container leaves out, such as attachment1=letter.json; may repeat",
    )
    verify.add_argument("--json", action="store_true", help="print one JSON object for machines")
    verify.add_argument("--lang", choices=["vi", "en"], default="vi", help="language of the sentences (%(default)s)")
    verify.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    try:
        roots = _read_roots(arguments.roots) if arguments.roots else None
        given = dict(_read_given(words) for words in arguments.given)
        verdicts = _judge(arguments.file, roots, given)
    except (OSError, ValueError) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps([_as_json(name, verdict) for name, verdict in verdicts], ensure_ascii=False, indent=2))
    else:
        for name, verdict in verdicts:
            print("\n".join(_as_text(name or arguments.file.name, verdict, arguments.lang)))
    return 0 if verdicts and all(verdict.good for _, verdict in verdicts) else 1


def _judge(file: Path, roots: Sequence[str] | None, given: dict[str, bytes]) -> "list[tuple[str, ContainerVerdict]]":
    _stand_alone()
    from lienthong.platform.signing import queries

    with file.open("rb") as content:
        return list(queries.verify_proof(content, trusted_roots=roots, given=given))


def _stand_alone() -> None:
    """Django knows of the tables of the signing room and the kernel, and of nothing else: no profile, no database."""
    from django.conf import settings

    if not settings.configured:
        import django

        settings.configure(INSTALLED_APPS=["lienthong.kernel", "lienthong.platform.signing"], USE_TZ=True)
        django.setup(set_prefix=False)


def _read_roots(folder: Path) -> list[str]:
    found = sorted(path for path in folder.iterdir() if path.suffix in (".pem", ".crt"))
    if not found:
        raise ValueError(f"there is no certificate (*.pem, *.crt) in {folder}")
    return [path.read_text("ascii") for path in found]


def _read_given(words: str) -> tuple[str, bytes]:
    name, found, path = words.partition("=")
    if not found:
        raise ValueError(f"--with wants NAME=FILE, not {words}")
    return name, Path(path).read_bytes()


def _as_text(name: str, verdict: "ContainerVerdict", language: str) -> list[str]:
    heads = {"vi": ("HỢP LỆ", "KHÔNG HỢP LỆ"), "en": ("GOOD", "NOT GOOD")}
    lines = [f"{name}: {heads[language][0 if verdict.good else 1]}"]
    for finding in verdict.findings:
        sentence = finding.sentence.vi if language == "vi" else finding.sentence.en
        lines.append(f"  {_MARKS[finding.level]} {sentence}")
    return lines


def _as_json(name: str, verdict: "ContainerVerdict") -> dict[str, Any]:
    signer = verdict.signer
    return {
        "name": name,
        "good": verdict.good,
        "signer": {"agency_code": signer.agency_code, "name": signer.name, "thumbprint": signer.thumbprint}
        if signer
        else None,
        "signed_at": verdict.signed_at.isoformat() if verdict.signed_at else None,
        "timestamped_at": verdict.timestamped_at.isoformat() if verdict.timestamped_at else None,
        "log_node": verdict.log_node,
        "findings": [
            {"level": one.level, "code": one.code, "vi": one.sentence.vi, "en": one.sentence.en}
            for one in verdict.findings
        ],
        "entries": [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in verdict.entries],
    }
