"""Time stamps (dấu thời gian, RFC 3161): asking for one, making one, and judging one from anybody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any, ClassVar

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import TrustAnchors
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.types import Timestamp

POLICY = f"{certificates.ARC}.1.5"
_IMPRINTS = {32: "sha256", 48: "sha384", 64: "sha512"}
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
# Only in the attribute that names the signer's certificate, where RFC 3161 prescribed it.
_NAMING_HASHES = {**_HASHES, "sha1": hashes.SHA1}
_MAX_TOKEN = 64 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """A request for a time stamp, as far as we serve it."""

    algorithm: str
    digest: bytes
    nonce: int | None
    wants_certificates: bool


class BadQuestion(Exception):
    """A request that gets no time stamp; `failure` is RFC 3161's own word for why."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


class _Reply(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """TimeStampResp; asn1crypto's own cannot do without a token."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def ask(digest: bytes, nonce: int) -> bytes:
    """TimeStampReq in DER over a digest (32, 48 or 64 bytes)."""
    imprint = {"hash_algorithm": {"algorithm": _IMPRINTS[len(digest)]}, "hashed_message": digest}
    request = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    return bytes(request.dump())


def read_question(der: bytes) -> Question:
    """What a request asks for. Raises BadQuestion."""
    try:
        request = tsp.TimeStampReq.load(der, strict=True)
        algorithm = str(request["message_imprint"]["hash_algorithm"]["algorithm"].native)
        digest = bytes(request["message_imprint"]["hashed_message"].native)
        policy, nonce = request["req_policy"].native, request["nonce"].native
        wants, extensions = bool(request["cert_req"].native), request["extensions"].native
        version = request["version"].native
    except (ValueError, TypeError, KeyError):
        raise BadQuestion("bad_data_format") from None
    if version != "v1":
        raise BadQuestion("bad_request")
    if _IMPRINTS.get(len(digest)) != algorithm:
        raise BadQuestion("bad_alg" if algorithm not in _IMPRINTS.values() else "bad_data_format")
    if policy not in (None, POLICY):
        raise BadQuestion("unaccepted_policy")
    if extensions:
        raise BadQuestion("unaccepted_extensions")
    return Question(algorithm, digest, nonce, wants)


def stamp(
    question: Question,
    *,
    serial: int,
    at: datetime,
    chain: Sequence[x509.Certificate],
    sign: Callable[[bytes], bytes],
) -> bytes:
    """TimeStampToken in DER; `chain` is the authority's certificate and its issuers, `sign` gives ECDSA in DER."""
    told = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": {"algorithm": question.algorithm},
                "hashed_message": question.digest,
            },
            "serial_number": serial,
            "gen_time": at.astimezone(UTC).replace(microsecond=0),
            "accuracy": {"seconds": 1},
            **({} if question.nonce is None else {"nonce": question.nonce}),
        }
    )
    content = told.dump()
    leaf = asn1_x509.Certificate.load(chain[0].public_bytes(Encoding.DER))
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [sha256(content).digest()]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [_naming(leaf)]}),
        ]
    )
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": leaf.issuer, "serial_number": leaf.serial_number}}
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": sign(attributes.dump()),
        }
    )
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
            "signer_infos": [signer],
        }
    )
    if question.wants_certificates:
        signed["certificates"] = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain]
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _naming(leaf: Any) -> tsp.SigningCertificateV2:
    named = {
        "hash_algorithm": {"algorithm": "sha256"},
        "cert_hash": sha256(leaf.dump()).digest(),
        "issuer_serial": {
            "issuer": [asn1_x509.GeneralName({"directory_name": leaf.issuer})],
            "serial_number": leaf.serial_number,
        },
    }
    return tsp.SigningCertificateV2({"certs": [named]})


def granted(token: bytes) -> bytes:
    """TimeStampResp in DER that brings a token."""
    answer = {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
    return bytes(_Reply(answer).dump())


def rejected(failure: str) -> bytes:
    """TimeStampResp in DER that says why there is no token."""
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": tsp.PKIFailureInfo({failure})})
    return bytes(_Reply({"status": status}).dump())


def token_of(response: bytes) -> bytes:
    """The token in a TimeStampResp. Raises Refused `signing.no-timestamp` for a rejection."""
    try:
        answer = _Reply.load(response, strict=True)
        status = str(answer["status"]["status"].native)
        token = answer["time_stamp_token"]
        if status in ("granted", "granted_with_mods") and not isinstance(token, core.Void):
            return bytes(token.dump())
    except (ValueError, TypeError, KeyError) as error:
        raise _bad("malformed") from error
    raise Refused(
        "signing.no-timestamp",
        tr("Dịch vụ dấu thời gian từ chối cấp dấu.", "The time stamp authority refused to give a stamp."),
        status=503,
        details={"answer": status},
    )


def verify(token: bytes, digest: bytes, anchors: TrustAnchors, *, nonce: int | None = None) -> Timestamp:
    """What a time stamp proves of this digest, be the authority ours or another's.

    Its certificate must be made for time stamps alone and lead to a root of `anchors` as of the moment it states.
    Raises Refused `signing.bad-timestamp`, `signing.timestamp-of-another`, `signing.foreign-timestamp`.
    """
    try:
        if len(token) > _MAX_TOKEN:
            raise _bad("too long")
        return _verify(cms.ContentInfo.load(token, strict=True), digest, anchors, nonce)
    except (*certificates.UNREADABLE, KeyError, AttributeError) as error:
        raise _bad("malformed") from error


def signer_of(token: bytes) -> x509.Certificate | None:
    """The certificate that a token names as its signer's, unverified; None when it does not bring it."""
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        return _find_signer(signed["signer_infos"][0], _sent(signed))
    except (*certificates.UNREADABLE, KeyError, IndexError, AttributeError):
        return None


def sent_with(token: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates that a token brings, unverified."""
    try:
        return _sent(cms.ContentInfo.load(token, strict=True)["content"])
    except (*certificates.UNREADABLE, KeyError, AttributeError):
        return ()


def _verify(token: Any, digest: bytes, anchors: TrustAnchors, nonce: int | None) -> Timestamp:
    if token["content_type"].native != "signed_data":
        raise _bad("no signed data")
    signed = token["content"]
    content = signed["encap_content_info"]
    if content["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise _bad("not a time stamp")
    told = content["content"].parsed
    imprint = told["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    if algorithm != _IMPRINTS.get(len(digest)) or not compare_digest(imprint["hashed_message"].native, digest):
        raise Refused(
            "signing.timestamp-of-another",
            tr("Dấu thời gian này là của nội dung khác.", "This time stamp belongs to other content."),
        )
    if nonce is not None and told["nonce"].native != nonce:
        raise _bad("nonce of another question")
    sent = _sent(signed)
    signer = signed["signer_infos"][0]
    leaf = _find_signer(signer, sent) or _find_signer(signer, anchors.intermediates)
    if leaf is None:
        raise _bad("certificate missing")
    _check_signature(signer, leaf, bytes(content["content"]))
    at = told["gen_time"].native
    _check_authority(leaf, sent, anchors, at)
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Timestamp(
        at=at.astimezone(ZONE),
        authority=str(names[0].value) if names else leaf.subject.rfc4514_string(),
        serial=f"{told['serial_number'].native:x}",
        policy=str(told["policy"].dotted),
    )


def _sent(signed: Any) -> tuple[x509.Certificate, ...]:
    return tuple(
        x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"] if one.name == "certificate"
    )


def _find_signer(signer: Any, among: Sequence[x509.Certificate]) -> x509.Certificate | None:
    sid = signer["sid"]
    for one in among:
        if sid.name == "issuer_and_serial_number":
            if sid.chosen["serial_number"].native == one.serial_number and _is_name(sid.chosen["issuer"], one.issuer):
                return one
        elif sid.chosen.native == _key_identifier(one):
            return one
    return None


def _is_name(told: Any, issuer: x509.Name) -> bool:
    """The same bytes mostly; comparing by the rules of X.500 is slow."""
    der = issuer.public_bytes()
    return bool(told.dump() == der or told == asn1_x509.Name.load(der))


def _key_identifier(certificate: x509.Certificate) -> bytes:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return b""


def _check_signature(signer: Any, leaf: x509.Certificate, content: bytes) -> None:
    """The signed attributes name this content and this certificate, and the certificate's key signed them."""
    attributes: dict[str, Any] = {}
    for one in signer["signed_attrs"]:
        if one["type"].native in attributes or len(one["values"]) != 1:
            raise _bad("attribute twice")
        attributes[one["type"].native] = one["values"][0]
    chosen = _HASHES.get(signer["digest_algorithm"]["algorithm"].native)
    if chosen is None:
        raise _bad("weak algorithm")
    algorithm = chosen()
    if attributes["content_type"].native != "tst_info" or attributes["message_digest"].native != _digest(
        algorithm, content
    ):
        raise _bad("content changed")
    if not _names_certificate(attributes, leaf):
        raise _bad("names another certificate")
    _verify_signature(signer, leaf, algorithm)


def _names_certificate(attributes: dict[str, Any], leaf: x509.Certificate) -> bool:
    der = leaf.public_bytes(Encoding.DER)
    if (second := attributes.get("signing_certificate_v2")) is not None:
        first = second["certs"][0]
        naming = _NAMING_HASHES.get(first["hash_algorithm"]["algorithm"].native)
        return naming is not None and bool(first["cert_hash"].native == _digest(naming(), der))
    if (old := attributes.get("signing_certificate")) is not None:
        return bool(old["certs"][0]["cert_hash"].native == _digest(hashes.SHA1(), der))  # noqa: S303 (RFC 2634 names by it)
    return False


def _verify_signature(signer: Any, leaf: x509.Certificate, digest: hashes.HashAlgorithm) -> None:
    """The attributes are signed in their SET OF form (RFC 5652 5.4), not under the tag they travel with."""
    signed = signer["signed_attrs"].untag().dump()
    signature, how, key = signer["signature"].native, signer["signature_algorithm"], leaf.public_key()
    named = how.native["algorithm"]
    if "_" in named and (told := _HASHES.get(named.partition("_")[0])) is not None:
        digest = told()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and "ecdsa" in named:
            key.verify(signature, signed, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey) and how.signature_algo == "rsassa_pss":
            salt = padding.PSS(padding.MGF1(digest), how["parameters"]["salt_length"].native)
            key.verify(signature, signed, salt, digest)
        elif isinstance(key, rsa.RSAPublicKey) and how.signature_algo == "rsassa_pkcs1v15":
            key.verify(signature, signed, padding.PKCS1v15(), digest)
        else:
            raise _bad("unknown algorithm")
    except InvalidSignature as error:
        raise _bad("wrong signature") from error


def _check_authority(
    leaf: x509.Certificate, sent: Sequence[x509.Certificate], anchors: TrustAnchors, at: datetime
) -> None:
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise _bad("not a time stamp authority")
    try:
        certificates.check_path(leaf, sent, anchors, at)
    except Refused as refused:
        raise Refused(
            "signing.foreign-timestamp",
            tr(
                "Dấu thời gian không do dịch vụ được tin cậy cấp, hoặc chứng thư của dịch vụ không có hiệu lực lúc đó.",
                "The time stamp is not from a trusted authority, or its certificate was not valid at that moment.",
            ),
        ) from refused


def _digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()


def _bad(reason: str) -> Refused:
    return Refused(
        "signing.bad-timestamp",
        tr("Dấu thời gian không hợp lệ.", "The time stamp is not good."),
        details={"reason": reason},
    )
