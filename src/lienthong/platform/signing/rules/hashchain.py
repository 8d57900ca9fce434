"""Hash chains (chuỗi băm, Merkle): many messages under one signature or one timestamp, each provable alone.

By X-Road's rules for signed documents: a binary tree in an array (children of node k are 2k+1 and 2k+2, the root is
node 0, the leaves are the last n nodes). The value of a step is a digest over the DER SEQUENCE of its inputs, each a
SEQUENCE { OCTET STRING digest, UTF8String algorithm, SEQUENCE {} }. The inputs of a leaf are the digests of one
message's files; the inputs of any other step are its two children. docs/protocols/proof.md.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

NAMESPACE = "http://cyber.ee/hashchain"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
MAX_LEAVES = 1_000_000
_VERSION = 1
_HEAD = 10  # version, algorithm, number of leaves, index: what a path begins with


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A digest algorithm: its XML name, its length, its number in a compact path."""

    name: str
    uri: str
    size: int
    number: int

    def digest(self, content: bytes) -> bytes:
        return hashlib.new(self.name, content).digest()


SHA256 = Algorithm("sha256", "http://www.w3.org/2001/04/xmlenc#sha256", 32, 1)
SHA512 = Algorithm("sha512", "http://www.w3.org/2001/04/xmlenc#sha512", 64, 2)
ALGORITHMS = {one.uri: one for one in (SHA256, SHA512)}
_BY_NUMBER = {one.number: one for one in (SHA256, SHA512)}


def malformed_chain() -> Refused:
    return Refused(
        "signing.malformed-chain", tr("Chuỗi băm sai cấu trúc.", "The hash chain is malformed."), field="chain"
    )


# Steps


def step(inputs: Sequence[bytes], algorithm: Algorithm = SHA256) -> bytes:
    """The value of a step over digests of this algorithm, in their order."""
    before, after = _frame(algorithm)
    if len(inputs) == 2:
        return _pair(algorithm)(inputs[0], inputs[1])
    inner = b"".join([part for digest in inputs for part in (before, digest, after)])
    return algorithm.digest(b"\x30" + _length(len(inner)) + inner)


@cache
def _pair(algorithm: Algorithm) -> Callable[[bytes, bytes], bytes]:
    """The step over two digests, which is almost every step, with all that is the same made ready."""
    before, after = _frame(algorithm)
    head = b"\x30" + _length(2 * (len(before) + algorithm.size + len(after))) + before
    between = after + before
    fresh = hashlib.sha256 if algorithm is SHA256 else hashlib.sha512

    def value(left: bytes, right: bytes) -> bytes:
        return fresh(head + left + between + right + after).digest()

    return value


def mixed_step(inputs: Sequence[tuple[bytes, Algorithm]], algorithm: Algorithm) -> bytes:
    """The value of a step whose inputs were digested by different algorithms, as foreign documents may be."""
    inner = b"".join(_frame(own)[0] + digest + _frame(own)[1] for digest, own in inputs)
    return algorithm.digest(b"\x30" + _length(len(inner)) + inner)


@cache
def _frame(algorithm: Algorithm) -> tuple[bytes, bytes]:
    """What stands before and after the digest in the DER of one input."""
    uri = algorithm.uri.encode("ascii")
    after = b"\x0c" + _length(len(uri)) + uri + b"\x30\x00"
    octets = b"\x04" + _length(algorithm.size)
    return b"\x30" + _length(len(octets) + algorithm.size + len(after)) + octets, after


def _length(size: int) -> bytes:
    """DER length."""
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


# Trees


@dataclass(frozen=True, slots=True)
class Path:
    """The way from one leaf to the root: how many leaves there are, which one this is, the sibling of each node."""

    count: int
    index: int
    siblings: tuple[bytes, ...]
    algorithm: Algorithm = SHA256

    def root(self, leaf: bytes) -> bytes:
        """The root that this leaf leads to."""
        node, value, pair = self.count - 1 + self.index, leaf, _pair(self.algorithm)
        for sibling in self.siblings:
            value = pair(value, sibling) if node % 2 == 1 else pair(sibling, value)
            node = (node - 1) // 2
        return value

    def encode(self) -> bytes:
        """Compact form: version, algorithm, number of leaves and index (4 bytes each, big end first), siblings."""
        head = bytes([_VERSION, self.algorithm.number]) + self.count.to_bytes(4, "big") + self.index.to_bytes(4, "big")
        return head + b"".join(self.siblings)


def decode_path(compact: bytes) -> Path:
    """Read a compact path strictly. Raises Refused `signing.malformed-chain`."""
    algorithm = _BY_NUMBER.get(compact[1]) if len(compact) >= _HEAD and compact[0] == _VERSION else None
    if algorithm is None:
        raise malformed_chain()
    count, index = int.from_bytes(compact[2:6], "big"), int.from_bytes(compact[6:_HEAD], "big")
    if not 0 <= index < count <= MAX_LEAVES or len(compact) != _HEAD + depth(count, index) * algorithm.size:
        raise malformed_chain()
    places = range(_HEAD, len(compact), algorithm.size)
    return Path(count, index, tuple(compact[place : place + algorithm.size] for place in places), algorithm)


def depth(count: int, index: int) -> int:
    """How many steps lie between a leaf and the root."""
    return (count + index).bit_length() - 1


@dataclass(frozen=True, slots=True)
class Tree:
    """All nodes of a chain, the root first."""

    nodes: tuple[bytes, ...]
    algorithm: Algorithm = SHA256

    @property
    def root(self) -> bytes:
        return self.nodes[0]

    @property
    def count(self) -> int:
        return (len(self.nodes) + 1) // 2

    def path(self, index: int) -> Path:
        """The way from the leaf of this index to the root."""
        node, siblings = self.count - 1 + index, list[bytes]()
        while node:
            siblings.append(self.nodes[node + 1 if node % 2 == 1 else node - 1])
            node = (node - 1) // 2
        return Path(self.count, index, tuple(siblings), self.algorithm)

    def paths(self) -> list[bytes]:
        """The compact paths of all leaves, in their order; each is its parent's with one sibling before it."""
        nodes, count = self.nodes, self.count
        ways = [b""] * len(nodes)
        for node in range(1, len(nodes)):
            ways[node] = nodes[node + 1 if node % 2 == 1 else node - 1] + ways[(node - 1) // 2]
        head = bytes([_VERSION, self.algorithm.number]) + count.to_bytes(4, "big")
        return [head + index.to_bytes(4, "big") + way for index, way in enumerate(ways[count - 1 :])]


def build(leaves: Sequence[bytes], algorithm: Algorithm = SHA256) -> Tree:
    """The tree over these leaves. Raises Refused `signing.malformed-chain` for none or too many."""
    count = len(leaves)
    if not 0 < count <= MAX_LEAVES:
        raise malformed_chain()
    nodes = [b""] * (count - 1) + list(leaves)
    pair = _pair(algorithm)
    for node in range(count - 2, -1, -1):
        nodes[node] = pair(nodes[2 * node + 1], nodes[2 * node + 2])
    return Tree(tuple(nodes), algorithm)


# What is signed or timestamped


def result_document(root: bytes, algorithm: Algorithm = SHA256, *, chain: str = "sig-hashchain.xml") -> bytes:
    """The chain's result, byte for byte: this document is what a batch signature or a timestamp covers."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<hashChainResult xmlns="{NAMESPACE}" xmlns:ns2="{DSIG}" URI="/{chain}#STEP0">'
        f'<ns2:DigestMethod Algorithm="{algorithm.uri}"/>'
        f"<ns2:DigestValue>{b64encode(root).decode('ascii')}</ns2:DigestValue>"
        "</hashChainResult>"
    ).encode("ascii")


def message_leaf(message: bytes, attachments: Sequence[bytes]) -> bytes:
    """The leaf of one message of a batch: the step over its own SHA-256 and those of its attachments.

    Raises Refused `signing.malformed-chain` when an attachment is not given by 32 bytes.
    """
    if any(len(digest) != SHA256.size for digest in attachments):
        raise malformed_chain()
    return step((hashlib.sha256(message).digest(), *attachments))
