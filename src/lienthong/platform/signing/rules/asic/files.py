"""Judging the files: each one that is signed is there and unchanged, and none stands beside them unsigned."""

from hashlib import sha256

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.signing.rules import hashchain, timestamps
from lienthong.platform.signing.rules.asic import archive, chains, forms, signature
from lienthong.platform.signing.rules.asic.case import Case
from lienthong.platform.signing.rules.xades import MESSAGE


def check_signed(case: Case, read: signature.ReadSignature) -> None:
    """Every file that is signed, directly or through the hash chain of a batch, is what was signed."""
    for reference in read.files:
        _compare(case, reference)
    if chains.SIGNATURE_RESULT in case.covered:
        if case.covered != {chains.SIGNATURE_RESULT}:
            raise signature.malformed_signature()
        _walk(case, chains.SIGNATURE_RESULT, chains.SIGNATURE_CHAIN)
        case.good(
            "signing.batch",
            tr("Thông điệp nằm trong lô đã ký.", "The hash chain leads from the message to the batch that was signed."),
        )
    if MESSAGE not in case.covered:
        raise Refused("signing.missing-file", tr("Chữ ký không phủ message.xml.", "message.xml is not signed."))
    case.good(
        "signing.files-unchanged",
        tr("Mọi tệp được ký còn nguyên như khi ký.", "Every signed file is as it was when it was signed."),
    )


def _compare(case: Case, reference: signature.FileReference) -> None:
    name = reference.name
    found = case.digest_of(name, reference.algorithm)
    case.covered.add(name)
    if found is None:
        _require_absent(case, name)
        case.note(
            "signing.digest-only",
            tr(
                f"Nội dung {name} không được lưu, chỉ lưu mã băm SHA-256 {reference.digest.hex()}.",
                f"The content of {name} is not kept, only its SHA-256 digest {reference.digest.hex()}.",
            ),
        )
    elif found != reference.digest:
        raise chains.wrong_digest(name)


def _require_absent(case: Case, name: str) -> None:
    """A missing file is one that the maker says was not kept; then only its digest is proven."""
    if name not in case.snapshot.absent or name == MESSAGE:
        raise Refused("signing.missing-file", tr("Thiếu tệp đã ký.", "A signed file is missing."), field=name)


def _walk(case: Case, result_name: str, chain_name: str) -> set[str]:
    """Recompute a hash chain from the files; gives those that it names, all there and as the chain says."""
    result = chains.read_result(case.reader.read(result_name))
    if result.chain != chain_name:
        raise hashchain.malformed_chain()
    absent: list[str] = []

    def digest_of(name: str, algorithm: hashchain.Algorithm) -> bytes | None:
        found = case.digest_of(name, algorithm)
        if found is None:
            _require_absent(case, name)
            absent.append(name)
        return found

    chain = chains.Chain(chain_name, case.reader.read(chain_name), digest_of)
    value, algorithm = chain.value(result.step)
    if (value, algorithm) != (result.digest, result.algorithm):
        raise Refused(
            "signing.wrong-chain",
            tr("Chuỗi băm không dẫn tới giá trị đã ký.", "The hash chain does not lead to the signed value."),
            field=chain_name,
        )
    if not chain.is_used_up():
        raise hashchain.malformed_chain()
    case.covered |= {chain_name, *chain.used}
    for name in absent:
        told = tr(f"Nội dung {name} không được lưu, chỉ lưu mã băm.", f"Only the digest of {name} is kept.")
        case.note("signing.digest-only", told)
    return chain.used


def check_timestamp(case: Case) -> None:
    """The time stamp of the container, when it has one, is over its signature."""
    if forms.TIMESTAMP not in case.reader.names():
        return
    result = case.reader.read(chains.TIMESTAMP_RESULT)
    case.covered |= {chains.TIMESTAMP_RESULT, chains.TIMESTAMP_CHAIN}
    if _walk(case, chains.TIMESTAMP_RESULT, chains.TIMESTAMP_CHAIN) != {forms.SIGNATURES}:
        raise hashchain.malformed_chain()
    stamped = timestamps.verify(case.reader.read(forms.TIMESTAMP), sha256(result).digest(), case.timestamp_anchors)
    case.moments.append(stamped.at)
    case.good(
        "signing.timestamped",
        tr(
            f"Dấu thời gian của {stamped.authority}: chữ ký đã có lúc {show_moment(stamped.at)}.",
            f"Time stamp of {stamped.authority}: the signature existed at {show_moment(stamped.at)}.",
        ),
    )


def check_nothing_else(case: Case) -> None:
    """Nothing may stand beside the signed files and pass for one of them."""
    for name in sorted(case.reader.names() - case.covered - forms.META_FILES - {archive.MIME_NAME}):
        case.bad(
            "signing.unused-file",
            tr(f"Tệp {name} không được ký.", f"The file {name} is not covered by the signature."),
        )
