"""Every column that may keep the digest of a stored file is known to the sweep, or is known to keep none."""

from typing import Any

from django.apps import apps
from django.db import models

from lienthong.kernel import file_sweep

# A digest of something that is no stored file.
OTHER_DIGESTS = {
    "agencies.LoadedFacts.sha256",
    "documents.MailboxItem.sha256",
    "kernel.StoredFile.sha256",
    "signing.SignatureImage.sha256",
}
# JSON in which no digest of a stored file ever stands.
OTHER_JSON = {
    "catalogue.Agreement.endpoints",
    "catalogue.Purpose.fields",
    "catalogue.ServiceVersion.endpoints",
    "catalogue.ServiceVersion.fields",
    "catalogue.ServiceVersion.openapi",
    "catalogue.System.certificates",
    "catalogue.System.networks",
    "documents.AxisTask.receivers",
    "documents.Document.answers",
    "documents.Document.other",
    "documents.Message.verdict_facts",
    "documents.NumberingRule.own_types",
    "documents.Partner.networks",
    "documents.RegisterImport.before",
    "documents.RegisterImport.mapping",
    "documents.RegisterImport.problems",
    "dossiers.Dossier.timeline",
    "dossiers.Supplement.papers",
    "exchange.Application.contact",
    "exchange.Checkpoint.streams",
    "exchange.Node.certificates",
    "exchange.Node.listed",
    "exchange.Node.tls_certificates",
    "kernel.AuditEntry.facts",
    "office.Draft.answers",
    "office.Draft.receivers",
    "office.Draft.to_places",
    "office.DraftVersion.places",
    "office.RecipientGroup.members",
    "office.SigningBatch.items",
    "payments.DemoPayment.answers",
    "payments.Receipt.content",
    "procedures.Entry.time_limit",
    "procedures.Version.definition",
    "signing.PhoneConsent.digests",
}


def _ours() -> list[tuple[str, Any]]:
    return [
        (f"{model._meta.label}.{field.name}", field)
        for model in apps.get_models()
        if model.__module__.startswith("lienthong.")
        for field in model._meta.concrete_fields
    ]


def _held() -> set[str]:
    return {
        f"{config.get_model(model)._meta.label}.{field}"
        for config in apps.get_app_configs()
        for model, field in getattr(config, "holds_files", ())
    }


def test_every_digest_of_a_stored_file_is_known_to_the_sweep():
    digests = {label for label, _ in _ours() if label.rsplit(".", 1)[1].endswith("sha256")}
    assert digests - _held() - OTHER_DIGESTS == set()


def test_every_json_column_is_known_to_the_sweep_or_to_hold_no_file():
    columns = {label for label, field in _ours() if isinstance(field, models.JSONField)}
    assert columns - _held() - OTHER_JSON == set()


def test_what_rooms_name_can_be_asked(db):
    assert file_sweep.held_of(["0" * 64]) == set()
