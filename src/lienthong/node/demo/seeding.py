"""Fill one demo node with its part of the synthetic country. Every step may be repeated."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from lienthong.kernel import clock, roles
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual
from lienthong.node.demo import sharing
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.agencies import services as agencies
from lienthong.platform.exchange import services as exchange
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity import services as identity
from lienthong.platform.identity.types import DEMO_PIN
from lienthong.platform.signing import services as signing
from lienthong.sources.population import queries as population_queries
from lienthong.sources.population import services as population
from lienthong.sources.procedures import services as procedures

Say = Callable[[str], object]

NODES = (
    ("hub", "G22", Bilingual("Văn phòng Chính phủ", "Government Office")),
    ("population", "G01", Bilingual("Bộ Công an", "Ministry of Public Security")),
    ("province", "H36", Bilingual("UBND tỉnh Lâm Đồng", "Lâm Đồng Provincial People's Committee")),
)

# Who may ask the population register: the portal for its citizens, the province for its officers.
READERS = (("G22", True), ("H36", False))


def seed(say: Say) -> int:
    """Keys, agencies, accounts, people, procedures and the directory: whatever this node's roles ask for."""
    started = time.monotonic()
    for step in (_keys, _agencies, _accounts, _people, _procedures, _directory, sharing.offer, sharing.admit_partner):
        if told := step():
            say(f"{told} ({time.monotonic() - started:.1f} s)")
    return 0


def share(step: str, say: Say) -> int:
    """One step of agreeing on the demo's data service; the nodes must be running."""
    say(sharing.STEPS[step]())
    return 0


def _authority() -> Path:
    return Path(os.environ.get("LIENTHONG_AUTHORITY", node().home.parent))


def _agencies() -> str:
    return f"{agencies.load_demo_agencies()} demo agencies of Lâm Đồng"


def _keys() -> str:
    """The node's own key first: everything else may need to sign."""
    me = node()
    signing.issue_certificate(
        _authority(),
        name="node",
        kind="node",
        agency_code=me.agency_code,
        common_name=_node_name(me.agency_code),
        into=me.home,
    )
    if me.exchange_port:
        signing.issue_certificate(
            _authority(),
            name="tls",
            kind="tls",
            agency_code=me.agency_code,
            common_name=_node_name(me.agency_code),
            hosts=[urlsplit(me.exchange_url).hostname or "127.0.0.1"],
            into=me.home,
        )
    return "the node's key and certificate"


def _node_name(agency_code: str) -> str:
    return f"Nút liên thông {agency_code}"


def _accounts() -> str:
    people = _people_with_accounts() if roles.is_open("dossiers.portal") else ()
    count = identity.seed_demo_accounts(agency_code=node().agency_code, people=people)
    has_leaders = roles.is_open("dossiers.handler") or roles.is_open("office.desk")
    issued = _seals_and_signatures() if has_leaders else 0
    _write_guide()
    return f"{count} accounts" + (f", {issued} seals and personal signatures" if issued else "")


def _write_guide() -> None:
    """The people that the demo names when it is up; the sign-in page has them all."""
    people = identity_queries.list_demo_people()
    of_interest = [p for p in people if not p.agency_code or p.agency_code in (node().agency_code, "H36.101")]
    lines = [
        f"{person.name} – {person.description} ({person.agency_code})"
        if person.agency_code
        else f"{person.name} – công dân"
        for person in of_interest
    ]
    (node().home / "people.json").write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")


def _people_with_accounts() -> list[tuple[str, str, int]]:
    return [(person.personal_number, person.name, person.level) for person in population_queries.demo_people()]


def _seals_and_signatures() -> int:
    """Each agency has its seal, each leader a signature. Keys of real agencies come from their own authority."""
    me, issued = node(), 0
    own = agencies_queries.get_agency(me.agency_code)
    for agency in (own, *agencies_queries.list_agencies(under=me.agency_code)):
        leaders = identity_queries.list_officers(agency.code, duty="leader")
        if not leaders:
            continue
        signing.issue_certificate(
            _authority(),
            name=f"seal:{agency.code}",
            kind="seal",
            agency_code=agency.code,
            common_name=agency.name,
            into=me.home,
        )
        for leader in leaders:
            signing.issue_certificate(
                _authority(),
                name=f"officer:{leader.username}",
                kind="officer",
                agency_code=agency.code,
                common_name=leader.name,
                position=leader.position,
                organisation=agency.name,
                into=me.home,
            )
        signing.publish_pins([f"officer:{leader.username}" for leader in leaders], DEMO_PIN, actor=SYSTEM)
        issued += 1 + len(leaders)
    return issued


def _people() -> str:
    if not roles.is_open("population.holder"):
        return ""
    wanted = int(os.environ.get("LIENTHONG_DEMO_PEOPLE", "20000"))
    return f"{population.seed_demo_people(count=wanted)} synthetic people"


def _procedures() -> str:
    if not roles.is_open("procedures.publisher"):
        return ""
    loaded = procedures.load_definitions(actor=SYSTEM)
    told = f"{len(loaded.added) + len(loaded.unchanged)} procedures with forms"
    if os.environ.get("LIENTHONG_DEMO_CRAWL") != "0" and (crawl := procedures.find_crawl()):
        report = procedures.import_crawl(*crawl, actor=SYSTEM)
        (node().home / "import-report.txt").write_text(report.as_text(), encoding="utf-8")
        told += f"; {report.rows - report.skipped} read from a crawl (import-report.txt: which rows not fully, and why)"
    return told


def _directory() -> str:
    """The hub knows all nodes from the start; their certificates are those that they will sign with."""
    if not roles.is_open("exchange.hub"):
        return ""
    addresses: dict[str, str] = json.loads(os.environ.get("LIENTHONG_DEMO_NODES", "{}"))
    among_nodes: dict[str, str] = json.loads(os.environ.get("LIENTHONG_DEMO_EXCHANGE", "{}"))
    listed = [one for one in NODES if one[0] in addresses]
    for folder, agency_code, name in listed:
        home = node().home.parent / folder
        if agency_code != node().agency_code:
            signing.issue_certificate(
                _authority(),
                name="node",
                kind="node",
                agency_code=agency_code,
                common_name=_node_name(agency_code),
                into=home,
            )
        exchange.register_node(
            agency_code=agency_code,
            name=name,
            base_url=addresses.get(folder, ""),
            exchange_url=among_nodes.get(folder, ""),
            certificate_pem=(home / "keys" / "node.crt").read_text(encoding="ascii"),
            actor=SYSTEM,
        )
    for client, for_citizens in READERS if "population" in addresses else ():
        for service, purpose, ground in population_queries.list_grants_needed(for_citizens=for_citizens):
            exchange.grant_access(
                client=client,
                provider="G01",
                service=service,
                purpose=purpose,
                legal_ground=ground,
                valid_from=clock.today(),
                actor=SYSTEM,
            )
    published = procedures.publish_procedures(actor=SYSTEM)
    return f"the directory of {len(listed)} nodes, {published} letters with procedures"
