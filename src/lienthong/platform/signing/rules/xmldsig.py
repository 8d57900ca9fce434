"""Reading XML signatures (XML-DSig and XAdES) of strangers: what each covers, whether it is intact, whose key it names.

Nothing is believed that the signature does not cover, and no key but that of a certificate it brings. Whether that
certificate is worth anything is for others to say. What may be covered stands in `xmldsig_parts`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.platform.signing.rules.asic import xml
from lienthong.platform.signing.rules.certificates import UNREADABLE
from lienthong.platform.signing.rules.xades import DS, XADES
from lienthong.platform.signing.rules.xmldsig_parts import (
    CANONICAL,
    DIGESTS,
    MORE,
    Bad,
    DocumentDigest,
    FileDigest,
    Reference,
    Tree,
    canonical,
    digest_all,
    octets,
    one_of,
    read_form,
    read_references,
)
from lienthong.platform.signing.types import CanonicalForm, XmlReference

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 (old systems still sign by it; every use is reported as weak)
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_METHODS = {f"{MORE}{kind}-{name}": (kind, name) for kind in ("ecdsa", "rsa") for name in _HASHES} | {
    f"{DS}rsa-sha1": ("rsa", "sha1")
}
_RSA_BITS = range(2048, 8193)
_MAX_CERTIFICATES = 10
_MAX_CERTIFICATE_BYTES = 16 * 1024
MAX_SIGNATURES = 20


@dataclass(frozen=True, slots=True)
class Findings:
    """What a signature is by itself, before anybody asks whose certificate it names. `code` is "" when intact."""

    code: str
    references: tuple[XmlReference, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()
    algorithm: str = ""
    weak: bool = False
    signed_at: datetime | None = None
    # Time stamps over the signature's value, unverified: token (DER) and SHA-256 of what it must be about.
    stamps: tuple[tuple[bytes, bytes], ...] = ()


_MAX_STAMPS = 4
_UNSIGNED = f"{{{XADES}}}QualifyingProperties/{{{XADES}}}UnsignedProperties/{{{XADES}}}UnsignedSignatureProperties"


def parse(document: bytes, bad: Callable[[], Refused]) -> etree._Element:
    """The root of a document: no document type, no comments, nothing fetched. Raises what `bad` makes."""
    if len(document) > xml.MAX or b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise bad()
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise bad() from error
    # A document type can hide from a search for its letters in another encoding.
    if root.getroottree().docinfo.internalDTD is not None:
        raise bad()
    return root


def signatures_in(root: etree._Element) -> list[etree._Element]:
    """The signatures of a document in their order."""
    return list(root.iter(f"{{{DS}}}Signature"))


def examine(
    root: etree._Element, number: int, *, file_digest: FileDigest | None, document_digest: DocumentDigest | None
) -> Findings:
    """Take one signature of a freshly parsed document apart and check all that needs no trust. Never raises.

    The tree is spoilt by it: the signature is taken out of it to digest what is around.
    """
    signature, tree = signatures_in(root)[number], Tree(root)
    try:
        leaf, chain = _certificates(signature)
    except Bad as bad:
        return Findings(str(bad))
    name = ""
    references: list[Reference] = []
    stamps: tuple[tuple[bytes, bytes], ...] = ()
    try:
        name = _check_value(signature, leaf)
        stamps = _stamps(signature)
        references = read_references(signature)
        signed_at = _own_properties(signature, references, tree, leaf)
        digest_all(signature, references, tree, file_digest, document_digest)
        code = "" if all(one.part is not None and one.part.intact for one in references) else "tampered"
    except Bad as bad:
        code, signed_at = str(bad), None
    weak = name.endswith("sha1") or any(one.digest_name == "sha1" for one in references)
    parts = tuple(one.part for one in references if one.part is not None)
    return Findings(code, parts, (leaf, *chain), name, weak, signed_at, stamps)


# The value and its key


def _check_value(signature: etree._Element, leaf: x509.Certificate) -> str:
    """The name of the algorithm by which the key of the certificate signed SignedInfo."""
    info, value = one_of(signature, "SignedInfo"), one_of(signature, "SignatureValue")
    form = one_of(info, "CanonicalizationMethod")
    method = _METHODS.get(one_of(info, "SignatureMethod").get("Algorithm", ""))
    if method is None or form.get("Algorithm", "") not in CANONICAL:
        raise Bad("wrong-algorithm")
    _verify(leaf, octets(value), canonical(info, read_form(form)), *method)
    return "-".join(method)


def _verify(leaf: x509.Certificate, raw: bytes, signed: bytes, kind: str, hash_name: str) -> None:
    algorithm = _HASHES[hash_name]
    try:
        key = leaf.public_key()
        if kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_as_der(raw, (key.curve.key_size + 7) // 8), signed, ec.ECDSA(algorithm))
        elif kind == "rsa" and isinstance(key, rsa.RSAPublicKey) and key.key_size in _RSA_BITS:
            key.verify(raw, signed, padding.PKCS1v15(), algorithm)
        else:
            raise Bad("wrong-algorithm")
    except InvalidSignature as error:
        raise Bad("tampered") from error
    except (UnsupportedAlgorithm, ValueError) as error:
        raise Bad("wrong-algorithm") from error


def _as_der(raw: bytes, half: int) -> bytes:
    if len(raw) != 2 * half:
        raise Bad("tampered")
    return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))


def _certificates(signature: etree._Element) -> tuple[x509.Certificate, list[x509.Certificate]]:
    """The signer's certificate and the others of KeyInfo; a bare key counts for nothing."""
    listed = signature.findall(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    if not listed:
        raise Bad("no-certificate")
    if len(listed) > _MAX_CERTIFICATES:
        raise Bad("malformed")
    loaded = [_load(octets(one)) for one in listed]
    leaf = next((one for one, is_authority in loaded if not is_authority), loaded[0][0])
    return leaf, [one for one, _ in loaded if one is not leaf]


@lru_cache(maxsize=512)
def _load(der: bytes) -> tuple[x509.Certificate, bool]:
    """A certificate, and whether it is an authority's."""
    if len(der) > _MAX_CERTIFICATE_BYTES:
        raise Bad("malformed")
    try:
        certificate = x509.load_der_x509_certificate(der)
        return certificate, certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return certificate, False
    except UNREADABLE as error:
        raise Bad("malformed") from error


# XAdES


def _own_properties(
    signature: etree._Element, references: list[Reference], tree: Tree, leaf: x509.Certificate
) -> datetime | None:
    """The signing time of a XAdES signature, if its properties are covered; its certificate must be the one named."""
    found = signature.findall(f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties/{{{XADES}}}SignedProperties")
    if not found:
        return None
    if len(found) > 1:
        raise Bad("ambiguous")
    wanted = found[0].get("Id", "")
    if not any(one.uri == f"#{wanted}" for one in references) or tree.element(wanted) is not found[0]:
        return None
    signed = found[0].find(f"{{{XADES}}}SignedSignatureProperties")
    if signed is None:
        return None
    _check_named_certificate(signed, leaf)
    return _moment(signed.findtext(f"{{{XADES}}}SigningTime"))


def _stamps(signature: etree._Element) -> tuple[tuple[bytes, bytes], ...]:
    """SignatureTimeStamp (XAdES-T): over the canonical SignatureValue. One that cannot be read proves nothing."""
    found = []
    for stamp in signature.iterfind(f"{{{DS}}}Object/{_UNSIGNED}/{{{XADES}}}SignatureTimeStamp"):
        form, token = stamp.find(f"{{{DS}}}CanonicalizationMethod"), stamp.find(f"{{{XADES}}}EncapsulatedTimeStamp")
        if token is None or (form is not None and form.get("Algorithm", "") not in CANONICAL):
            continue
        try:
            # Without a word of it the form is the inclusive one (XAdES, 5.3).
            chosen = read_form(form) if form is not None else CanonicalForm(exclusive=False)
            about = sha256(canonical(one_of(signature, "SignatureValue"), chosen)).digest()
            found.append((octets(token), about))
        except Bad:
            continue
    return tuple(found[:_MAX_STAMPS])


def _check_named_certificate(signed: etree._Element, leaf: x509.Certificate) -> None:
    for name in ("SigningCertificateV2", "SigningCertificate"):
        digest = signed.find(f"{{{XADES}}}{name}/{{{XADES}}}Cert/{{{XADES}}}CertDigest")
        if digest is None:
            continue
        algorithm = DIGESTS.get(one_of(digest, "DigestMethod").get("Algorithm", ""))
        if algorithm is None:
            raise Bad("wrong-algorithm")
        if leaf.fingerprint(_HASHES[algorithm]) != octets(one_of(digest, "DigestValue")):
            raise Bad("wrong-certificate")


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
