"""Hash chains as files of a container: `sig-hashchain.xml` and its result, `ts-hashchain.xml` and its result."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.rules import hashchain
from lienthong.platform.signing.rules.asic import xml
from lienthong.platform.signing.rules.hashchain import ALGORITHMS, DSIG, NAMESPACE, Algorithm, Path

SIGNATURE_CHAIN, SIGNATURE_RESULT = "sig-hashchain.xml", "sig-hashchainresult.xml"
TIMESTAMP_CHAIN, TIMESTAMP_RESULT = "ts-hashchain.xml", "ts-hashchainresult.xml"
_MAX_STEPS = 64
_LOCAL = re.compile(r"(META-INF/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,120}")


def write(path: Path, files: Mapping[str, bytes]) -> bytes:
    """The chain of one member: the steps from the root down to the leaf, whose inputs are these files' digests."""
    node = path.count - 1 + path.index
    leaf = "".join(f'<dataRef URI="/{name}">{_digest_value(digest)}</dataRef>' for name, digest in files.items())
    steps = [f'<hashStep id="STEP{node}">{leaf}</hashStep>']
    for sibling in path.siblings:
        below = f'<stepRef URI="#STEP{node}"/>'
        beside = f"<hashValue>{_digest_value(sibling)}</hashValue>"
        inner = below + beside if node % 2 == 1 else beside + below
        node = (node - 1) // 2
        steps.append(f'<hashStep id="STEP{node}">{inner}</hashStep>')
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<hashChain xmlns="{NAMESPACE}" xmlns:ns2="{DSIG}">'
        f'<defaultDigestMethod Algorithm="{path.algorithm.uri}"/>{"".join(reversed(steps))}</hashChain>'
    ).encode("ascii")


def _digest_value(digest: bytes) -> str:
    return f"<ns2:DigestValue>{b64encode(digest).decode('ascii')}</ns2:DigestValue>"


@dataclass(frozen=True, slots=True)
class Result:
    """A read result document: the chain file and the step it speaks of, and the value it states."""

    chain: str
    step: str
    digest: bytes
    algorithm: Algorithm


def read_result(document: bytes) -> Result:
    """Read a result document strictly. Raises Refused `signing.malformed-chain`."""
    root = xml.parse(document, hashchain.malformed_chain)
    if root.tag != f"{{{NAMESPACE}}}hashChainResult" or len(root) != 2:
        raise hashchain.malformed_chain()
    file, _, step = root.get("URI", "").partition("#")
    algorithm = _algorithm(root[0])
    return Result(local_name(file), step, _value(root[1], algorithm), algorithm)


def local_name(uri: str) -> str:
    """The entry a URI speaks of. Raises Refused `signing.malformed-chain` for an address outside the container."""
    name = uri.removeprefix("/")
    if (
        not name
        or ":" in name
        or name.startswith(("/", "."))
        or any(bad in name for bad in ("..", "%", "?", "#", "\\"))
    ):
        raise hashchain.malformed_chain()
    return name


class Chain:
    """A chain file to be recomputed: every input that it names is digested anew, and all given files must be used."""

    def __init__(self, name: str, document: bytes, digest_of: Callable[[str, Algorithm], bytes | None]) -> None:
        root = xml.parse(document, hashchain.malformed_chain)
        if root.tag != f"{{{NAMESPACE}}}hashChain" or not 2 <= len(root) <= _MAX_STEPS + 1:
            raise hashchain.malformed_chain()
        if root[0].tag != f"{{{NAMESPACE}}}defaultDigestMethod":
            raise hashchain.malformed_chain()
        self._name = name
        self._default = _of(root[0])
        self._steps = {one.get("id", ""): one for one in list(root)[1:] if one.tag == f"{{{NAMESPACE}}}hashStep"}
        if len(self._steps) != len(root) - 1:
            raise hashchain.malformed_chain()
        self._digest_of = digest_of
        self._walked: set[str] = set()
        self.used: set[str] = set()

    def value(self, step: str) -> tuple[bytes, Algorithm]:
        """The value of a step, recomputed from the files. Raises Refused `signing.malformed-chain`."""
        element = self._steps.get(step)
        if element is None or step in self._walked or not len(element):
            raise hashchain.malformed_chain()
        self._walked.add(step)
        inputs = [self._input(one) for one in element]
        return hashchain.mixed_step(inputs, self._default), self._default

    def is_used_up(self) -> bool:
        """No step stands in the chain that does not lead to the value."""
        return self._walked == set(self._steps)

    def _input(self, element: etree._Element) -> tuple[bytes, Algorithm]:
        if element.tag == f"{{{NAMESPACE}}}hashValue":
            return self._stated(element)
        if element.tag == f"{{{NAMESPACE}}}stepRef":
            file, _, step = element.get("URI", "").partition("#")
            if file and local_name(file) != self._name:
                raise hashchain.malformed_chain()
            return self.value(step)
        if element.tag == f"{{{NAMESPACE}}}dataRef":
            return self._file(element)
        raise hashchain.malformed_chain()

    def _file(self, element: etree._Element) -> tuple[bytes, Algorithm]:
        name = local_name(element.get("URI", ""))
        stated, algorithm = self._stated(element) if len(element) else (None, self._default)
        found = self._digest_of(name, algorithm)
        self.used.add(name)
        # A file that is kept as a digest only counts by the digest that the chain states for it.
        digest = stated if found is None else found
        if digest is None or (stated is not None and stated != digest):
            raise wrong_digest(name)
        return digest, algorithm

    def _stated(self, element: etree._Element) -> tuple[bytes, Algorithm]:
        methods = [one for one in element if one.tag == f"{{{DSIG}}}DigestMethod"]
        values = [one for one in element if one.tag == f"{{{DSIG}}}DigestValue"]
        if len(values) != 1 or len(methods) > 1 or len(element) != len(values) + len(methods):
            raise hashchain.malformed_chain()
        algorithm = _of(methods[0]) if methods else self._default
        return _value(values[0], algorithm), algorithm


def wrong_digest(name: str) -> Refused:
    return Refused("signing.wrong-digest", tr("Tệp đã bị sửa.", "A signed file was changed."), field=name)


def _algorithm(element: etree._Element) -> Algorithm:
    if element.tag != f"{{{DSIG}}}DigestMethod":
        raise hashchain.malformed_chain()
    return _of(element)


def _of(element: etree._Element) -> Algorithm:
    algorithm = ALGORITHMS.get(element.get("Algorithm", ""))
    if algorithm is None:
        raise hashchain.malformed_chain()
    return algorithm


def _value(element: etree._Element, algorithm: Algorithm) -> bytes:
    if element.tag != f"{{{DSIG}}}DigestValue":
        raise hashchain.malformed_chain()
    value = xml.base64_of(element, hashchain.malformed_chain)
    if len(value) != algorithm.size:
        raise hashchain.malformed_chain()
    return value
