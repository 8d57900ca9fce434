"""Telling signing what to do: sign messages, sign and seal documents, issue certificates in the demo."""

from lienthong.platform.signing.services.authority import (
    ensure_demo_authority,
    install_trust,
    issue_certificate,
    issue_from_request,
)
from lienthong.platform.signing.services.batches import sign_batch, sign_lines
from lienthong.platform.signing.services.containers import make_container, make_containers
from lienthong.platform.signing.services.credentials import (
    choose_place,
    prove_pin,
    publish_pins,
    require_proof,
    set_pin,
)
from lienthong.platform.signing.services.documents import (
    certify_copy,
    seal_attachment,
    sign_and_seal_pdf,
    sign_pdf,
    sign_pdfs,
    write_number,
)
from lienthong.platform.signing.services.envelopes import sign_xml_envelope
from lienthong.platform.signing.services.finishing import finish_later
from lienthong.platform.signing.services.images import drop_signature_image, keep_signature_image
from lienthong.platform.signing.services.levels import augment_pdf
from lienthong.platform.signing.services.messages import sign_bytes, sign_detached, sign_line, sign_message
from lienthong.platform.signing.services.register import revoke_certificate
from lienthong.platform.signing.services.remote import complete_remote, prepare_remote, sign_remotely
from lienthong.platform.signing.services.remote_batches import follow_remote_batch, start_remote_batch
from lienthong.platform.signing.services.renewal import renew_certificate, renew_due, renew_from_request
from lienthong.platform.signing.services.requests import (
    activate_certificate,
    install_certificate,
    request_certificate,
)
from lienthong.platform.signing.services.standing import refresh_standings, watch_certificates
from lienthong.platform.signing.services.timestamps import answer_timestamp, timestamp
from lienthong.platform.signing.services.trust import install_roots

__all__ = [
    "activate_certificate",
    "answer_timestamp",
    "augment_pdf",
    "certify_copy",
    "choose_place",
    "complete_remote",
    "drop_signature_image",
    "ensure_demo_authority",
    "finish_later",
    "follow_remote_batch",
    "install_certificate",
    "install_roots",
    "install_trust",
    "issue_certificate",
    "issue_from_request",
    "keep_signature_image",
    "make_container",
    "make_containers",
    "prepare_remote",
    "prove_pin",
    "publish_pins",
    "refresh_standings",
    "renew_certificate",
    "renew_due",
    "renew_from_request",
    "request_certificate",
    "require_proof",
    "revoke_certificate",
    "seal_attachment",
    "set_pin",
    "sign_and_seal_pdf",
    "sign_batch",
    "sign_bytes",
    "sign_detached",
    "sign_line",
    "sign_lines",
    "sign_message",
    "sign_pdf",
    "sign_pdfs",
    "sign_remotely",
    "sign_xml_envelope",
    "start_remote_batch",
    "timestamp",
    "watch_certificates",
    "write_number",
]
