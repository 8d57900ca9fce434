"""The public JSON of this node as an OpenAPI 3.1 document: the part of `openapi.yaml` whose doors are open here."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpRequest, JsonResponse
from django.urls import is_valid_path
from django.views.decorators.http import require_safe

from lienthong.kernel import access


@access.public
@require_safe
def describe(request: HttpRequest) -> JsonResponse:
    """`GET /api/v1/openapi.json`."""
    whole = document()
    paths = {path: item for path, item in whole["paths"].items() if is_valid_path(re.sub(r"\{\w+\}", "x", path))}
    return JsonResponse({**whole, "paths": paths}, json_dumps_params={"ensure_ascii": False})


@cache
def document() -> dict[str, Any]:
    """The document of all nodes together."""
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return read
