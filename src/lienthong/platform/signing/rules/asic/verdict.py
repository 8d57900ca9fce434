"""Judging a container: every file recomputed, every claim checked, every finding told in a sentence.

Nothing here needs a database, a profile or a network: a container carries all that it takes to judge it, except the
decision whom to trust, which is the reader's.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO, TypeVar

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.signing.ports import TrustAnchors
from lienthong.platform.signing.rules import compact
from lienthong.platform.signing.rules.asic import archive, files, forms, logged, signature, signer
from lienthong.platform.signing.rules.asic.case import Case
from lienthong.platform.signing.rules.xades import MESSAGE
from lienthong.platform.signing.types import ContainerEntry, ContainerVerdict, Finding

T = TypeVar("T")


def judge(
    file: IO[bytes],
    *,
    now: datetime,
    anchors: TrustAnchors | None = None,
    timestamp_anchors: TrustAnchors | None = None,
    given: Mapping[str, bytes] | None = None,
) -> ContainerVerdict:
    """Everything that can be said about a container. `anchors`: whom the reader trusts; None: the snapshot inside.

    `given`: contents of files that the container leaves out, by their names in it.
    """
    try:
        reader = archive.Reader(file)
        case = _open_case(reader, now, anchors, timestamp_anchors, given or {})
    except Refused as refusal:
        return ContainerVerdict(good=False, findings=(Finding("bad", refusal.code, refusal.message),))
    read = _part(case, lambda: _signature(case))
    if read is not None:
        _part(case, lambda: files.check_signed(case, read))
        _part(case, lambda: files.check_timestamp(case))
        _part(case, lambda: _check_log(case, read))
        _part(case, lambda: signer.check_signer(case, read))
        files.check_nothing_else(case)
    return _verdict(case, read)


def _open_case(
    reader: archive.Reader,
    now: datetime,
    anchors: TrustAnchors | None,
    timestamp_anchors: TrustAnchors | None,
    given: Mapping[str, bytes],
) -> Case:
    inside = forms.SNAPSHOT in reader.names()
    snapshot = forms.read_snapshot(reader.read(forms.SNAPSHOT)) if inside else forms.Snapshot(())
    if anchors is not None:
        return Case(reader, snapshot, anchors, timestamp_anchors or anchors, now, own_roots=False, given=given)
    if not snapshot.roots:
        raise archive.broken(
            "Tệp không mang danh sách tin cậy; hãy nêu thư mục chứng thư gốc.",
            "The container brings no list of trust: name a folder of root certificates.",
        )
    return Case(reader, snapshot, snapshot.anchors(), snapshot.timestamp_anchors(), now, own_roots=True, given=given)


def _part(case: Case, judge_part: Callable[[], T]) -> T | None:
    """One part of the judgement; what it refuses becomes a finding, and the other parts are judged all the same."""
    try:
        return judge_part()
    except Refused as refusal:
        where = f" ({refusal.field})" if refusal.field else ""
        case.bad(refusal.code, Bilingual(refusal.message.vi + where, refusal.message.en + where))
    except KeyError as error:
        missing = error.args[0]
        case.bad("signing.missing-file", tr(f"Thiếu mục {missing}.", f"The entry {missing} is missing."))
    return None


def _signature(case: Case) -> signature.ReadSignature:
    read = signature.read(case.reader.read(forms.SIGNATURES))
    told = tr("Giá trị chữ ký khớp với chứng thư kèm theo.", "The value of the signature fits its certificate.")
    case.good("signing.signature-fits", told)
    return read


def _check_log(case: Case, read: signature.ReadSignature) -> None:
    if forms.LOG_PROOF not in case.reader.names():
        return
    proof = forms.read_log_proof(case.reader.read(forms.LOG_PROOF))
    found = logged.check(
        proof,
        line=compact.assemble(case.reader.read(MESSAGE), read.value, proof.line_chain),
        anchors=case.anchors,
        timestamp_anchors=case.timestamp_anchors,
    )
    case.log_node = found.node
    case.good(
        "signing.logged",
        tr(
            f"Có trong nhật ký của {found.node}, điểm kiểm soát lúc {show_moment(found.at)}.",
            f"Stands in the log of {found.node}, closed by the checkpoint of {show_moment(found.at)}.",
        ),
    )
    if found.stamped is not None:
        case.moments.append(found.stamped.at)
        case.good(
            "signing.log-timestamped",
            tr(
                f"Dấu thời gian của {found.stamped.authority} trên nhật ký: {show_moment(found.stamped.at)}.",
                f"Time stamp of {found.stamped.authority} over the log: {show_moment(found.stamped.at)}.",
            ),
        )


def _verdict(case: Case, read: signature.ReadSignature | None) -> ContainerVerdict:
    entries = tuple(
        ContainerEntry(one.name, one.size, case.digests.get((one.name, "sha256"), b"").hex())
        for one in case.reader.entries()
    )
    return ContainerVerdict(
        good=case.signer is not None and not any(one.level == "bad" for one in case.findings),
        findings=tuple(case.findings),
        signer=case.signer,
        signed_at=read.signed_at if read else None,
        timestamped_at=min(case.moments, default=None),
        log_node=case.log_node,
        entries=entries,
    )
