"""The routes of this node: those of its open roles, and the pages every node has."""

from django.urls import include, path

from lienthong.kernel.profile import node
from lienthong.node import health, openapi
from lienthong.node.wiring import roles_of

urlpatterns = [
    path("suc-khoe/", health.health, name="health"),
    path("api/v1/openapi.json", openapi.describe, name="openapi"),
    path("", include("lienthong.kernel.web.urls")),
]

for _role in roles_of(node()):
    for _prefix, _module in _role.urls:
        urlpatterns.append(path(_prefix, include(_module)))

# Last, so that a role with a start page of its own (the portal) comes first.
urlpatterns.append(path("", include("lienthong.kernel.web.urls_home")))

handler400 = "lienthong.kernel.web.views.bad_request"
handler403 = "lienthong.kernel.web.views.forbidden"
handler404 = "lienthong.kernel.web.views.not_found"
handler500 = "lienthong.kernel.web.views.server_error"
