"""What the demo prints when it is up: where to go and whom to be."""

import json

from lienthong.node.demo.country import NAMES, Country
from lienthong.platform.identity.types import DEMO_PIN

CLIENT = "VN/GOV/H36/mot-cua"
EXAMPLE = "/r1/VN/GOV/G22/dvcqg/thu-tuc.v1/procedures/1.001193"
"""The one-stop shop as X-Road names it, and a path of the portal's service (see `sharing.py`)."""

PARTNER_FILE = "axis-partner.env"
"""In the home of the node with the axis: id and secret of the demo's partner system, to be read by a shell."""

_TITLES = {
    "hub": "Cổng Dịch vụ công quốc gia, trung tâm điều hành (Văn phòng Chính phủ, G22)",
    "population": "Cơ sở dữ liệu quốc gia về dân cư (Bộ Công an, G01)",
    "province": "Một cửa điện tử tỉnh Lâm Đồng và các xã, phường (H36)",
}


def welcome(country: Country) -> str:
    """Addresses and people, as they stand in the nodes' databases."""
    lines = ["", "liên thông – the demo country. All data are synthetic.", ""]
    for name in NAMES:
        lines.append(f"  {country.url(name)}/   {_TITLES[name]}")
        lines.extend(f"      {person}" for person in _people_of(country, name))
        lines.append("")
    lines += [
        "Sign in: open an address, choose “Đăng nhập”, pick a person from the list (no password in the demo).",
        f"Sign as a leader: the PIN of every demo leader's signature is {DEMO_PIN}.",
        "Call a data service as an X-Road client would, through the province's node to the portal's system:",
        f'  curl -H "X-Road-Client: {CLIENT}" {country.url("province")}{EXAMPLE}',
        f"Call the document axis as a document system would, with the secret in {country.home}/hub/{PARTNER_FILE}:",
        f"  docs/protocols/axis.md, “Two minutes with the demo”; AXIS={country.url('hub')}/documents/axis",
        f"Data: {country.home}. Stop: Ctrl+C. Start anew: ./lienthong demo --fresh",
        "",
    ]
    return "\n".join(lines)


def _people_of(country: Country, name: str) -> list[str]:
    path = country.home / name / "people.json"
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []
