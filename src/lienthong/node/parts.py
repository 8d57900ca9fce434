"""Parts: work that must be done in the process of one node, named on its command line (`processes.run_part`)."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any


def run_as_node(parts: Mapping[str, Callable[..., Any]]) -> None:
    """Become the node of the environment and do the part that is named, with its words; its result goes out as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.node.settings")
    import django

    django.setup(set_prefix=False)
    from lienthong.node import wiring

    wiring.open_node()
    told = parts[sys.argv[1]](*sys.argv[2:])
    if told is not None:
        print(json.dumps(told))
