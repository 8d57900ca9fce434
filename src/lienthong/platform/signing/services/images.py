"""Keeping the scanned signatures of officers (hình chữ ký)."""

from hashlib import sha256

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.platform.signing.models import SignatureImage
from lienthong.platform.signing.queries.own_keys import own_key
from lienthong.platform.signing.rules.pades import scans


def keep_signature_image(content: bytes, *, actor: Actor) -> None:
    """Keep an officer's own scanned signature in place of an earlier one.

    Raises NotAllowed for who is no officer, Refused `signing.scan-empty`, -large, -type, -size, -opaque, -blank.
    """
    key = own_key(actor)
    scan = scans.read_scan(content)
    digest = sha256(scan.png).hexdigest()
    with db.atomic():
        SignatureImage.objects.update_or_create(
            key=key,
            defaults={
                "png": scan.png,
                "sha256": digest,
                "width": scan.width,
                "height": scan.height,
                "uploaded_at": clock.now(),
            },
        )
        audit.record(actor, "signing.keep-image", f"image:{digest}")


def drop_signature_image(*, actor: Actor) -> None:
    """Forget an officer's own scanned signature; the drawn one stands in for it again."""
    with db.atomic():
        SignatureImage.objects.filter(key=own_key(actor)).delete()
        audit.record(actor, "signing.drop-image", "image")
