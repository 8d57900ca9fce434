"""Doors of systems outside, below `/documents/`: the axis' verbs, the LGSP variant, the JSON API."""

from django.urls import path

from lienthong.platform.documents.axis_api import doors, json_doors, lgsp
from lienthong.platform.documents.axis_api.verbs import VERBS

urlpatterns = [
    path("axis/sendEdoc", doors.send, name="documents-axis-send"),
    path("axis/getEdoc", doors.get, name="documents-axis-get"),
    path("axis/downloadEdoc", doors.download, name="documents-axis-download"),
    *(path(f"axis/{name}", doors.verb_door(name), name=f"documents-axis-{name}") for name in VERBS),
    path("lgsp/v1/sendEdoc", lgsp.send_edoc, name="documents-lgsp-send"),
    path("lgsp/v1/getInbox", lgsp.get_inbox, name="documents-lgsp-inbox"),
    path("lgsp/v1/getDocStatus/<str:doc_id>", lgsp.get_doc_status, name="documents-lgsp-status"),
    path("lgsp/v1/getEdoc/<str:doc_id>", lgsp.get_edoc, name="documents-lgsp-get"),
    path("lgsp/v1/updateStatus/<str:doc_id>", lgsp.update_status, name="documents-lgsp-update"),
    path("api/v1/", json_doors.urls()),
]
