"""Reading `META-INF/signatures.xml`: one XAdES signature, taken apart without believing anything it says of itself.

Only what we would sign ourselves, or what X-Road signs, is read: files of the container by name, and the signature's
own SignedProperties. Everything else that XML signatures allow (foreign transforms, addresses, several signatures,
references to other elements) is refused, and with it every way of wrapping.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.rules.asic import xml
from lienthong.platform.signing.rules.asic.chains import local_name
from lienthong.platform.signing.rules.hashchain import ALGORITHMS, Algorithm
from lienthong.platform.signing.rules.xades import ASIC, DS, EXCLUSIVE_C14N, SIGNED_PROPERTIES_TYPE, XADES

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_METHODS = {f"{_MORE}{kind}-{name}": (kind, name) for kind in ("ecdsa", "rsa") for name in _HASHES}
_MIN_RSA_BITS = 2048
_MAX_CERTIFICATES = 10


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file that the signature covers."""

    name: str
    algorithm: Algorithm
    digest: bytes


@dataclass(frozen=True, slots=True)
class ReadSignature:
    """A signature whose value, certificate digest and own properties have been checked; its files have not."""

    files: tuple[FileReference, ...]
    certificates: tuple[x509.Certificate, ...]
    ocsp_answers: tuple[bytes, ...]
    signed_at: datetime
    value: bytes


def malformed_signature() -> Refused:
    return Refused("signing.malformed", tr("Chữ ký sai cấu trúc.", "The signature is malformed."), field="signature")


def _wrong_algorithm() -> Refused:
    return Refused(
        "signing.wrong-algorithm",
        tr("Thuật toán của chữ ký không được chấp nhận.", "The algorithm of the signature is not accepted."),
        field="signature",
    )


def _wrong_signature() -> Refused:
    return Refused(
        "signing.wrong-signature",
        tr("Giá trị chữ ký không khớp.", "The value of the signature does not match."),
        field="signature",
    )


def read(document: bytes) -> ReadSignature:
    """Take the one signature of a `signatures.xml` apart and check all of it but the files.

    Raises Refused `signing.malformed`, `.wrong-algorithm`, `.wrong-signature`, `.wrong-certificate`.
    """
    root = xml.parse(document, malformed_signature)
    if root.tag != f"{{{ASIC}}}XAdESSignatures" or len(root) != 1 or root[0].tag != f"{{{DS}}}Signature":
        raise malformed_signature()
    signature = root[0]
    _check_ids(root)
    info, value = _one(signature, DS, "SignedInfo"), _one(signature, DS, "SignatureValue")
    if signature[0] is not info or signature[1] is not value:
        raise malformed_signature()
    properties = _properties(signature)
    files, covered = _references(info, properties)
    if not covered:
        raise malformed_signature()
    certificates = _certificates(signature)
    raw = xml.base64_of(value, malformed_signature)
    _verify(info, raw, certificates[0])
    _check_certificate_digest(properties, certificates[0])
    return ReadSignature(
        files=files,
        certificates=(*certificates, *_more_certificates(signature)),
        ocsp_answers=_ocsp_answers(signature),
        signed_at=_signing_time(properties),
        value=raw,
    )


def _check_ids(root: etree._Element) -> None:
    """An Id twice is how one element is signed and another one read."""
    seen: set[str | bytes] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if etree.QName(name).localname.lower() == "id":
                if value in seen:
                    raise malformed_signature()
                seen.add(value)


def _one(parent: etree._Element, namespace: str, *path: str) -> etree._Element:
    """The element at a path of which each step stands exactly once."""
    for name in path:
        found = parent.findall(f"{{{namespace}}}{name}")
        if len(found) != 1:
            raise malformed_signature()
        parent = found[0]
    return parent


def _qualifying(signature: etree._Element) -> etree._Element:
    found = list(signature.iter(f"{{{XADES}}}QualifyingProperties"))
    if len(found) != 1 or found[0].getparent() not in signature.findall(f"{{{DS}}}Object"):
        raise malformed_signature()
    if found[0].get("Target") != f"#{signature.get('Id')}":
        raise malformed_signature()
    return found[0]


def _properties(signature: etree._Element) -> etree._Element:
    return _one(_qualifying(signature), XADES, "SignedProperties")


def _references(info: etree._Element, properties: etree._Element) -> tuple[tuple[FileReference, ...], bool]:
    """The files that are covered, and whether the signature's own properties are."""
    if _one(info, DS, "CanonicalizationMethod").get("Algorithm") != EXCLUSIVE_C14N:
        raise _wrong_algorithm()
    files: list[FileReference] = []
    covered = False
    for reference in info.findall(f"{{{DS}}}Reference"):
        uri, algorithm, digest = reference.get("URI", ""), *_digest(reference)
        if not uri.startswith("#"):
            if reference.find(f"{{{DS}}}Transforms") is not None:
                raise _wrong_algorithm()
            files.append(FileReference(_file_name(uri), algorithm, digest))
            continue
        if covered or uri != f"#{properties.get('Id')}" or reference.get("Type") != SIGNED_PROPERTIES_TYPE:
            raise malformed_signature()
        _check_transforms(reference)
        if algorithm.digest(xml.canonical(properties)) != digest:
            raise _wrong_signature()
        covered = True
    names = [one.name for one in files]
    if not files or len(set(names)) != len(names):
        raise malformed_signature()
    return tuple(files), covered


def _file_name(uri: str) -> str:
    try:
        return local_name(uri)
    except Refused:
        raise malformed_signature() from None


def _check_transforms(reference: etree._Element) -> None:
    for one in reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform"):
        if one.get("Algorithm") != EXCLUSIVE_C14N or len(one):
            raise _wrong_algorithm()


def _digest(parent: etree._Element) -> tuple[Algorithm, bytes]:
    algorithm = ALGORITHMS.get(_one(parent, DS, "DigestMethod").get("Algorithm", ""))
    if algorithm is None:
        raise _wrong_algorithm()
    return algorithm, xml.base64_of(_one(parent, DS, "DigestValue"), malformed_signature)


def _certificates(signature: etree._Element) -> tuple[x509.Certificate, ...]:
    listed = _one(signature, DS, "KeyInfo", "X509Data").findall(f"{{{DS}}}X509Certificate")
    if not 1 <= len(listed) <= _MAX_CERTIFICATES:
        raise malformed_signature()
    return tuple(_certificate(one) for one in listed)


def _certificate(element: etree._Element) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(xml.base64_of(element, malformed_signature))
    except ValueError as error:
        raise malformed_signature() from error


def _more_certificates(signature: etree._Element) -> tuple[x509.Certificate, ...]:
    """Issuers among the unsigned properties; they only help to find a path, so nothing depends on them."""
    found = _qualifying(signature).findall(f".//{{{XADES}}}CertificateValues/{{{XADES}}}EncapsulatedX509Certificate")
    return tuple(_certificate(one) for one in found[:_MAX_CERTIFICATES])


def _ocsp_answers(signature: etree._Element) -> tuple[bytes, ...]:
    found = _qualifying(signature).findall(f".//{{{XADES}}}OCSPValues/{{{XADES}}}EncapsulatedOCSPValue")
    return tuple(xml.base64_of(one, malformed_signature) for one in found[:_MAX_CERTIFICATES])


def _signing_time(properties: etree._Element) -> datetime:
    text = _one(properties, XADES, "SignedSignatureProperties", "SigningTime").text or ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise malformed_signature() from error
    if moment.tzinfo is None:
        raise malformed_signature()
    return moment


def _check_certificate_digest(properties: etree._Element, leaf: x509.Certificate) -> None:
    """The signed properties name the certificate, so that none can be put in its place (also in its first form)."""
    signed = _one(properties, XADES, "SignedSignatureProperties")
    second = signed.find(f"{{{XADES}}}SigningCertificateV2")
    named = second if second is not None else _one(signed, XADES, "SigningCertificate")
    listed = named.findall(f"{{{XADES}}}Cert")
    if not listed:
        raise malformed_signature()
    algorithm, digest = _digest(_one(listed[0], XADES, "CertDigest"))
    if leaf.fingerprint(_HASHES[algorithm.name]) != digest:
        raise Refused(
            "signing.wrong-certificate",
            tr("Chứng thư kèm theo không phải chứng thư đã ký.", "The certificate is not the one that was signed."),
            field="signature",
        )


def _verify(info: etree._Element, raw: bytes, leaf: x509.Certificate) -> None:
    method = _METHODS.get(_one(info, DS, "SignatureMethod").get("Algorithm", ""))
    key, signed = leaf.public_key(), xml.canonical(info)
    if method is None:
        raise _wrong_algorithm()
    kind, algorithm = method[0], _HASHES[method[1]]
    try:
        if kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            half = (key.curve.key_size + 7) // 8
            if len(raw) != 2 * half:
                raise _wrong_signature()
            der = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
            key.verify(der, signed, ec.ECDSA(algorithm))
        elif kind == "rsa" and isinstance(key, rsa.RSAPublicKey) and key.key_size >= _MIN_RSA_BITS:
            key.verify(raw, signed, padding.PKCS1v15(), algorithm)
        else:
            raise _wrong_algorithm()
    except InvalidSignature as error:
        raise _wrong_signature() from error
