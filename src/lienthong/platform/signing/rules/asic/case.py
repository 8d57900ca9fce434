"""What has been found about one container so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lienthong.kernel.text import Bilingual
from lienthong.platform.signing.ports import TrustAnchors
from lienthong.platform.signing.rules import hashchain
from lienthong.platform.signing.rules.asic import archive, forms
from lienthong.platform.signing.types import Certificate, Finding


@dataclass
class Case:
    """A container under judgement: whom its reader trusts, what is covered by the signature, what was found.

    `given`: contents of files that the container leaves out. `moments`: when the signature is proven to have existed.
    """

    reader: archive.Reader
    snapshot: forms.Snapshot
    anchors: TrustAnchors
    timestamp_anchors: TrustAnchors
    now: datetime
    own_roots: bool
    given: Mapping[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)
    digests: dict[tuple[str, str], bytes] = field(default_factory=dict)
    signer: Certificate | None = None
    moments: list[datetime] = field(default_factory=list)
    log_node: str = ""

    def good(self, code: str, sentence: Bilingual) -> None:
        self.findings.append(Finding("good", code, sentence))

    def note(self, code: str, sentence: Bilingual) -> None:
        self.findings.append(Finding("note", code, sentence))

    def bad(self, code: str, sentence: Bilingual) -> None:
        self.findings.append(Finding("bad", code, sentence))

    def digest_of(self, name: str, algorithm: hashchain.Algorithm) -> bytes | None:
        """Digest of a file of the container, or of one given beside it; None where neither is there."""
        if name not in self.reader.names():
            return algorithm.digest(self.given[name]) if name in self.given else None
        key = (name, algorithm.name)
        if key not in self.digests:
            self.digests[key] = self.reader.digest(name, algorithm.name)
        return self.digests[key]
