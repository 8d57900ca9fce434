"""Refusals of files that are no PDF to work on."""

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr


def not_a_pdf() -> Refused:
    return Refused(
        "signing.not-a-pdf",
        tr("Tệp này không phải tệp PDF đọc được, hoặc đã hỏng.", "This is not a readable PDF, or it is damaged."),
        field="file",
    )


def encrypted() -> Refused:
    return Refused(
        "signing.encrypted",
        tr("Tệp PDF có mật khẩu nên không đọc được.", "A PDF with a password cannot be read."),
        field="file",
    )
