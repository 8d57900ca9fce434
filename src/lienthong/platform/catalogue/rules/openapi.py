"""OpenAPI documents (mô tả API): 3.0 and 3.1, as JSON or YAML; endpoints and fields are read from them. Pure."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import yaml

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, nfc, tr
from lienthong.platform.catalogue.rules.paths import METHODS, check_endpoint
from lienthong.platform.catalogue.types import Endpoint

MAX_BYTES = 2 * 2**20
MAX_ENDPOINTS = 2000
MAX_FIELDS = 500
_DEPTH = 6
_VERSION = re.compile(r"3\.[01]\.\d+")


def read_document(content: bytes) -> dict[str, Any]:
    """The document as a table. Raises Refused `catalogue.bad-openapi`, saying where."""
    if len(content) > MAX_BYTES:
        raise _bad(tr("Tệp mô tả lớn hơn 2 MB.", "The document is larger than 2 MB."))
    document = _parse(content)
    if not isinstance(document, dict) or not _VERSION.fullmatch(str(document.get("openapi", ""))):
        raise _bad(tr("Cần tài liệu OpenAPI 3.0 hoặc 3.1.", "An OpenAPI 3.0 or 3.1 document is needed."))
    if not isinstance(document.get("paths"), dict) or not isinstance(document.get("info"), dict):
        raise _bad(tr("Tài liệu thiếu “info” hoặc “paths”.", "The document lacks “info” or “paths”."))
    return document


def _parse(content: bytes) -> Any:
    try:
        text = nfc(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _bad(tr("Tệp không phải UTF-8.", "The file is not UTF-8.")) from None
    if text.lstrip()[:1] == "{":
        try:
            return orjson.loads(text)
        except ValueError as error:
            raise _bad(tr(f"JSON sai: {error}", f"Wrong JSON: {error}")) from None
    try:
        # Aliases could unfold into more than memory holds.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise _bad(tr("YAML có bí danh (&, *).", "The YAML has aliases (&, *)."))
        return orjson.loads(orjson.dumps(yaml.load(text, Loader=_Plain), option=orjson.OPT_NON_STR_KEYS))  # noqa: S506
    except (yaml.YAMLError, RecursionError, TypeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" ({line + 1})" if line is not None else ""
        raise _bad(tr(f"YAML sai ở dòng{where}.", f"Wrong YAML at line{where}.")) from None


class _Plain(yaml.CSafeLoader):
    """YAML without dates: 2026-01-01 in an example stays text, as in JSON."""


_Plain.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for sign, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def endpoints_of(document: dict[str, Any]) -> tuple[Endpoint, ...]:
    """Every operation as an endpoint. Raises Refused `catalogue.bad-openapi` for a path that no call could match."""
    found = []
    for path, item in document["paths"].items():
        if not isinstance(item, dict):
            raise _bad(tr(f"“{path}” không có thao tác.", f"“{path}” holds no operations."))
        for method in METHODS:
            operation = item.get(method.lower())
            if not isinstance(operation, dict):
                continue
            summary = str(operation.get("summary") or operation.get("operationId") or "")[:300]
            try:
                found.append(check_endpoint(Endpoint(method, nfc(str(path)), summary)))
            except Refused as refusal:
                raise _bad(refusal.message) from None
    if not found:
        raise _bad(tr("Tài liệu không có thao tác nào.", "The document has no operation."))
    if len(found) > MAX_ENDPOINTS:
        raise _bad(tr(f"Hơn {MAX_ENDPOINTS} thao tác.", f"More than {MAX_ENDPOINTS} operations."))
    return tuple(found)


def fields_of(document: dict[str, Any]) -> tuple[str, ...]:
    """Names of the fields that answers may hold (JSON of 2xx), by path: `person.name`."""
    found: dict[str, None] = {}
    for item in document["paths"].values():
        for operation in item.values() if isinstance(item, dict) else ():
            responses = operation.get("responses") if isinstance(operation, dict) else None
            for status, response in responses.items() if isinstance(responses, dict) else ():
                if str(status).startswith("2"):
                    for name in _names(_schema_of(document, response), document, "", _DEPTH):
                        found[name] = None
                        if len(found) >= MAX_FIELDS:
                            return tuple(found)
    return tuple(found)


def _schema_of(document: dict[str, Any], response: Any) -> Any:
    content = _resolved(document, response).get("content")
    for kind, told in content.items() if isinstance(content, dict) else ():
        if "json" in str(kind) and isinstance(told, dict):
            return told.get("schema")
    return None


def _resolved(document: dict[str, Any], value: Any) -> dict[str, Any]:
    """What a reference within the document leads to; others are not followed."""
    for _ in range(10):
        if not isinstance(value, dict):
            return {}
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return value
        if not reference.startswith("#/"):
            return {}
        value = document
        for step in reference[2:].split("/"):
            value = value.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(value, dict) else None
    return {}


def _names(schema: Any, document: dict[str, Any], prefix: str, depth: int) -> Iterator[str]:
    told = _resolved(document, schema)
    if not told or depth == 0:
        return
    yield from _names(told.get("items"), document, prefix, depth - 1)
    for word in ("allOf", "anyOf", "oneOf"):
        parts = told.get(word)
        for part in parts if isinstance(parts, list) else ():
            yield from _names(part, document, prefix, depth - 1)
    properties = told.get("properties")
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        yield f"{prefix}{name}"[:200]
        yield from _names(inner, document, f"{prefix}{name}.", depth - 1)


def _bad(message: Bilingual) -> Refused:
    return Refused("catalogue.bad-openapi", message, field="openapi")
