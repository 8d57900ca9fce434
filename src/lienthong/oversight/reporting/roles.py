"""Roles of reporting."""

from lienthong.casework.dossiers import events
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.oversight.reporting import inbox, jobs, subscribers
from lienthong.oversight.reporting.letters import DayFigures
from lienthong.platform.documents.events import DocumentDaysCounted

ROLES = (
    Role(
        name="reporting.member",
        title=tr("Tổng hợp và báo cáo số liệu", "Folds figures and reports them"),
        needs=("exchange.member", "dossiers.handler"),
        listeners=tuple((event, subscribers.on_dossier_changed) for event in events.ALL),
        periodic=((60.0, jobs.report_figures),),
    ),
    Role(
        name="reporting.national",
        title=tr("Nhận số liệu của cả nước", "Receives the country's figures"),
        excludes=("reporting.member",),
        listeners=((DocumentDaysCounted, subscribers.on_document_days),),
        inbox=((DayFigures, inbox.on_day_figures),),
    ),
)
