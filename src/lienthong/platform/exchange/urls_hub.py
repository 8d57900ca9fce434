"""Routes of the hub alone."""

from typing import Any

urlpatterns: list[Any] = []
