"""Agencies (cơ quan nhà nước, đơn vị hành chính) as a Django application."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """The room ``agencies``: who is who in the state, on which day, and when its offices work."""

    name = "lienthong.platform.agencies"
    label = "agencies"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Cơ quan nhà nước và đơn vị hành chính"
