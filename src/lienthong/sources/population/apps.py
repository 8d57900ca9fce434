"""Population (cơ sở dữ liệu quốc gia về dân cư) as a Django application."""

from django.apps import AppConfig


class PopulationConfig(AppConfig):
    """The room ``population``: people, their identity versions and their personal numbers."""

    name = "lienthong.sources.population"
    label = "population"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Cơ sở dữ liệu quốc gia về dân cư"
