from django.urls import path

from lienthong.oversight.command import views

urlpatterns = [
    path("", views.dashboard, name="command-dashboard"),
    path("so-lieu.csv", views.figures_csv, name="command-csv"),
]
