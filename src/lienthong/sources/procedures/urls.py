from django.urls import path

from lienthong.sources.procedures import api

app_name = "procedures"

urlpatterns = [
    path("", api.list_procedures, name="list"),
    path("suggest/", api.suggest, name="suggest"),
    path("<str:code>/", api.show_procedure, name="procedure"),
    path("<str:code>", api.show_procedure),
]
