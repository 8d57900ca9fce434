"""Papers for the tests of this room: a plain PDF, and ways of changing a signed one afterwards."""

import io
from functools import cache

import typst
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from lienthong.platform.signing.types import Box

BOX = Box(360, 300, 500, 350)
LEADER, SEAL = "officer:nguyen.thi.lan", "seal:H36.101"

_SOURCE = """
#set page("a4", margin: (left: 30mm, rest: 20mm))
#set document(title: "Trích lục khai sinh")
= TRÍCH LỤC KHAI SINH
Số: 128/TL-UBND
"""


@cache
def plain() -> bytes:
    return typst.compile(_SOURCE.encode())


def with_remark(pdf: bytes) -> bytes:
    """Somebody lays a remark over the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    remark = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Contents"): generic.TextStringObject("sửa"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 600, 300, 640))),
            pdf_name("/DA"): generic.TextStringObject("/Helv 12 Tf"),
        }
    )
    page.setdefault(pdf_name("/Annots"), generic.ArrayObject()).append(writer.add_object(remark))
    writer.update_container(page["/Annots"])
    writer.update_container(page)
    return _written(writer)


def with_other_words(pdf: bytes) -> bytes:
    """Somebody puts other words on the page by an update of the file, the signed bytes left as they were."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page[pdf_name("/Contents")] = writer.add_object(
        generic.StreamObject(stream_data=b"BT /F1 20 Tf 100 600 Td (khac) Tj ET")
    )
    writer.update_container(page)
    return _written(writer)


def with_other_signature_picture(pdf: bytes) -> bytes:
    """Somebody swaps the drawing of a signature: what pyHanko's own policy calls form filling."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    swapped = generic.StreamObject(
        dict_data={
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 140, 50))),
        },
        stream_data=b"1 0 0 rg 0 0 140 50 re f",
    )
    field["/AP"][pdf_name("/N")] = writer.add_object(swapped)
    writer.update_container(field["/AP"])
    writer.update_container(field)
    return _written(writer)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_form() -> bytes:
    """A paper with one form field to fill."""
    writer = IncrementalPdfFileWriter(io.BytesIO(plain()))
    page_ref = writer.root["/Pages"]["/Kids"].raw_get(0)
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): generic.TextStringObject("ho_ten"),
            pdf_name("/V"): generic.TextStringObject(""),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 500, 300, 520))),
            pdf_name("/P"): page_ref,
        }
    )
    reference = writer.add_object(field)
    page = page_ref.get_object()
    page.setdefault(pdf_name("/Annots"), generic.ArrayObject()).append(reference)
    writer.update_container(page)
    writer.root[pdf_name("/AcroForm")] = writer.add_object(
        generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject([reference])})
    )
    writer.update_root()
    return _written(writer)


def filled(pdf: bytes) -> bytes:
    """Somebody fills the form of a signed paper."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    field[pdf_name("/V")] = generic.TextStringObject("Người khác")
    writer.update_container(field)
    return _written(writer)
