"""The WSGI application of a node; in service it also starts the node's background threads."""

import gc
import os
from typing import TYPE_CHECKING

import django
from django.core.handlers.wsgi import WSGIHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.node.settings")


def _make() -> "WSGIApplication":
    django.setup(set_prefix=False)
    from django.conf import settings

    from lienthong.kernel.profile import node
    from lienthong.node import doors, wiring

    if sentences := [complaint.sentence for complaint in wiring.complaints(node())]:
        raise SystemExit("\n".join(f"lienthong: {sentence}" for sentence in sentences))
    wiring.open_node()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    if os.environ.get("LIENTHONG_BACKGROUND") == "1":
        from lienthong.kernel import background, file_sweep, roles
        from lienthong.node import children

        children.die_with_parent()
        own = (file_sweep.SECONDS, file_sweep.sweep_files)
        background.start([own, *(entry for role in roles.opened() for entry in role.periodic)])
    # What stands now stays for ever: the collector need not look through it again while letters and calls pass.
    gc.collect()
    gc.freeze()
    return doors.before(WSGIHandler())


application = _make()
