"""Roles: the publisher keeps and publishes the national catalogue, readers store what was published."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.sources.procedures.inbox import on_procedure_published
from lienthong.sources.procedures.jobs import follow_the_day, publish_waiting
from lienthong.sources.procedures.letters import ProcedurePublished

_API = (("api/v1/procedures/", "lienthong.sources.procedures.urls"),)

ROLES: tuple[Role, ...] = (
    Role(
        name="procedures.publisher",
        title=tr("Công bố thủ tục hành chính", "Publisher of administrative procedures"),
        excludes=("procedures.reader",),
        urls=_API,
        periodic=((30.0, publish_waiting), (600.0, follow_the_day)),
    ),
    Role(
        name="procedures.reader",
        title=tr("Dùng danh mục thủ tục hành chính", "Reader of administrative procedures"),
        excludes=("procedures.publisher",),
        urls=_API,
        inbox=((ProcedurePublished, on_procedure_published),),
        periodic=((600.0, follow_the_day),),
    ),
)
