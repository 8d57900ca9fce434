"""What is said of a signer's certificate, whatever was signed with it (`who`: the signer)."""

from lienthong.kernel.text import Bilingual, tr

SENTENCES: dict[str, Bilingual] = {
    "foreign-certificate": tr(
        "Không rõ ai ký: chứng thư số ghi tên {who} không do tổ chức được tin cậy cấp.",
        "It is not known who signed: the certificate in the name of {who} is not from a trusted authority.",
    ),
    "certificate-expired": tr(
        "Chứng thư số của {who} đã hết hạn nên không còn xác nhận được chữ ký này.",
        "The certificate of {who} has expired, so this signature can no longer be confirmed.",
    ),
    "certificate-not-yet-valid": tr(
        "Chứng thư số của {who} chưa có hiệu lực.",
        "The certificate of {who} is not valid yet.",
    ),
    "certificate-revoked": tr(
        "Chứng thư số của {who} đã bị thu hồi và không có gì chứng minh chữ ký có từ trước đó.",
        "The certificate of {who} was revoked, and nothing proves that the signature is older.",
    ),
    "certificate-unchecked": tr(
        "Chưa tra được tình trạng chứng thư số của {who}.",
        "The status of the certificate of {who} could not be checked.",
    ),
    "issuer-revoked": tr(
        "Tổ chức cấp chứng thư số cho {who} đã bị thu hồi chứng thư và không có gì chứng minh chữ ký có từ trước đó.",
        "The authority that issued the certificate of {who} was revoked, and nothing proves the signature older.",
    ),
}
