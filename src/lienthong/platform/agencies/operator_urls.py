"""Operators' routes of agencies: the working calendar."""

from django.urls import path

from lienthong.platform.agencies import operator_views

urlpatterns = [
    path("", operator_views.show_calendar, name="agencies_calendar"),
    path("them/", operator_views.add_day, name="agencies_calendar_add"),
    path("<int:declaration_id>/go/", operator_views.withdraw_day, name="agencies_calendar_withdraw"),
    path("gio-lam-viec/", operator_views.change_hours, name="agencies_calendar_hours"),
]
