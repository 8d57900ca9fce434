"""What a reader of edXML tolerates, by stable codes that are counted per partner."""

from lienthong.kernel.text import Bilingual, tr

WARNINGS: dict[str, Bilingual] = {
    "bom": tr("Tệp bắt đầu bằng dấu thứ tự byte (BOM).", "The file begins with a byte order mark."),
    "crlf": tr("Tệp xuống dòng kiểu CRLF.", "Lines end with CRLF."),
    "encoding": tr("Tệp không dùng mã UTF-8.", "The file is not in UTF-8."),
    "namespace": tr("Không gian tên XML khác quy chuẩn.", "Another XML namespace than the standard's."),
    "no-namespace": tr("Tệp không khai báo không gian tên XML.", "The file declares no XML namespace."),
    "root": tr("Thiếu phần tử gốc edXML.", "The root element edXML is missing."),
    "order": tr("Tệp đính kèm đứng trước bao thư.", "Attachments stand before the envelope."),
    "spelling": tr(
        "Viết Business thay cho Bussiness của quy chuẩn.", "Business is written for the standard's Bussiness."
    ),
    "unknown-element": tr("Có phần tử ngoài quy chuẩn, được giữ lại.", "Elements outside the standard are kept."),
    "old-agency-code": tr("Mã cơ quan theo QCVN 102:2016.", "An agency code in the form of QCVN 102:2016."),
    "agency-code": tr("Mã cơ quan không đúng dạng nào đã biết.", "An agency code in no known form."),
    "document-id": tr("Mã định danh văn bản sai dạng.", "The document id is not in the standard's form."),
    "document-id-differs": tr(
        "Mã định danh văn bản không khớp số, ký hiệu, ngày hoặc cơ quan.",
        "The document id does not agree with number, notation, day or agency.",
    ),
    "date-dashes": tr("Ngày viết bằng dấu gạch ngang.", "A day is written with dashes."),
    "date-order": tr("Ngày viết ngày trước, năm sau.", "A day is written day first."),
    "date": tr("Có ngày không đọc được, bị bỏ qua.", "A day cannot be read and is left out."),
    "number": tr("Có số không đọc được, bị bỏ qua.", "A number cannot be read and is left out."),
    "missing-part": tr("Thiếu phần mà quy chuẩn bắt buộc.", "A part that the standard demands is missing."),
    "broken-text": tr("Có ký tự không hợp lệ, đã bỏ.", "Characters that are not allowed were dropped."),
    "reason-missing": tr("Thiếu lý do.", "The reason is missing."),
    "reason-long": tr("Lý do dài quá 1000 ký tự.", "The reason is longer than 1000 characters."),
    "status-code": tr("Mã trạng thái viết thiếu số 0.", "The status code lacks its leading zero."),
    "response-for": tr(
        "Thông tin văn bản liên quan không đủ, giữ nguyên như đã gửi.",
        "A related document is not named well enough; kept as it came.",
    ),
    "content-id-prefix": tr("Mã nội dung tệp thiếu tiền tố cid:.", "A content id lacks its prefix cid:."),
    "empty-signature": tr("Phần tử DigitalSignature trống.", "An empty DigitalSignature."),
    "unsigned": tr("Bao thư không có chữ ký số.", "The envelope bears no signature."),
    "rsa-sha1": tr("Chữ ký dùng rsa-sha1 đã lỗi thời.", "Signed with rsa-sha1, which is obsolete."),
    "sha1": tr("Chữ ký dùng SHA-1 đã lỗi thời.", "Signed over SHA-1 digests, which are obsolete."),
}


def sentence(code: str) -> Bilingual:
    """What a warning means."""
    return WARNINGS[code]
