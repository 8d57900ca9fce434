"""The map of Vietnam: shapes of the drawing grouped to the 34 provinces of today, Hoàng Sa and Trường Sa among them.

The drawing (`@svg-maps/vietnam`, CC BY 4.0) has the 63 provinces before 1 July 2025 and both archipelagos.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders

VIEW_BOX: Final = "0 0 812 873"

SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "H01": ("angiang", "kiengiang"),
    "H05": ("bacgiang", "bacninh"),
    "H12": ("baclieu", "camau"),
    "H13": ("cantho", "haugiang", "soctrang"),
    "H14": ("caobang",),
    "H15": ("daklak", "phuyen"),
    "H17": ("danang", "hoangsa", "quangnam"),
    "H18": ("dienbien",),
    "H19": ("binhphuoc", "dongnai"),
    "H20": ("dongthap", "tiengiang"),
    "H21": ("binhdinh", "gialai"),
    "H24": ("haiduong", "haiphong"),
    "H26": ("hanoi",),
    "H27": ("hatinh",),
    "H29": ("baria", "binhduong", "hcm"),
    "H31": ("hungyen", "thaibinh"),
    "H32": ("khanhhoa", "ninhthuan", "truongsa"),
    "H35": ("laichau",),
    "H36": ("binhthuan", "daknong", "lamdong"),
    "H37": ("langson",),
    "H38": ("laocai", "yenbai"),
    "H41": ("nghean",),
    "H42": ("hanam", "namdinh", "ninhbinh"),
    "H44": ("hoabinh", "phutho", "vinhphuc"),
    "H48": ("kontum", "quangngai"),
    "H49": ("quangninh",),
    "H50": ("quangbinh", "quangtri"),
    "H52": ("sonla",),
    "H53": ("longan", "tayninh"),
    "H55": ("backan", "thainguyen"),
    "H56": ("thanhhoa",),
    "H57": ("tthue",),
    "H60": ("hagiang", "tuyenquang"),
    "H61": ("bentre", "travinh", "vinhlong"),
}
"""Agency code of today's province → shapes of the drawing; which province joined which: NQ 202/2025/QH15."""

_PATH = re.compile(r'<path\s[^>]*?\bid="([a-z]+)"[^>]*?\bd="([^"]+)"', re.DOTALL)


@cache
def paths() -> dict[str, tuple[str, ...]]:
    """Agency code → SVG path data of each part of the province; empty where the assets were not built.

    Parts stay apart: each begins with a relative `m`, which joined paths would take from where the last one ended.
    """
    found = finders.find("built/map/vietnam.svg")
    if not isinstance(found, str):
        return {}
    shapes = dict(_PATH.findall(Path(found).read_text(encoding="utf-8")))
    return {code: tuple(shapes[name] for name in names if name in shapes) for code, names in SHAPES.items()}
