"""Refusals of files that are no PDF to work on."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

log = structlog.get_logger()


@contextmanager
def refusing_broken() -> Iterator[None]:
    """Strangers' files can fail the parser in any way; each is one refusal: `signing.not-a-pdf`."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        log.info("pdf unreadable", error=type(error).__name__)
        raise not_a_pdf() from error


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
