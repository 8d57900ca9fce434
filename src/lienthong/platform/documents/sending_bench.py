"""Documents for measurements of sending: whole PDF files of a given size, and what a clerk says of them."""

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.profile import node
from lienthong.platform.documents.bench_pdf import pdf
from lienthong.platform.documents.types import NewDocument, Signer

__all__ = ["clerk", "document", "pdf"]

_CONTENT = "Căn cứ đề nghị của đơn vị, yêu cầu tổ chức thực hiện và báo cáo kết quả theo quy định. " * 9


def clerk() -> Actor:
    """A clerk of this node's agency."""
    return Actor("officer", "Văn thư đo tốc độ", 1, agency_code=node().agency_code, duties=frozenset({"clerk"}))


def document(number: int) -> NewDocument:
    """What is said of a document: about a kilobyte."""
    return NewDocument(
        agency_code=node().agency_code,
        type_code="CV",
        number=number,
        notation="ĐTĐ",
        place="Hà Nội",
        promulgated_on=clock.today(),
        subject=f"Về việc đo tốc độ trao đổi văn bản, lần {number}",
        content=_CONTENT,
        signer=Signer("TL.", "Chánh Văn phòng", "Nguyễn Văn An"),
    )
