"""Documents for measurements: a busy agency's registers, arrivals and search lines, made by the database itself.

What is said of each document is made up by its number, with words as common as they are in offices: every third is
about a plan (kế hoạch), one in a thousand about a bridge (cầu treo).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from lienthong.kernel import clock
from lienthong.kernel.text import fold
from lienthong.platform.documents.search_words import VECTOR_SQL

YEARS: Final = 10

_SUBJECTS: Final = (
    "Kế hoạch phát triển kinh tế - xã hội năm {y}",
    "Kế hoạch kiểm tra công tác cải cách hành chính đợt {n}",
    "Báo cáo tình hình thực hiện nhiệm vụ tháng {m}",
    "Về việc phối hợp giải quyết kiến nghị của cử tri xã {n}",
    "Quyết định phê duyệt dự toán kinh phí sửa chữa trường học {n}",
    "Thông báo kết luận cuộc họp giao ban tuần {n}",
    "Giấy mời họp về giải phóng mặt bằng dự án {n}",
    "Tờ trình xin chủ trương đầu tư đường liên xã {n}",
    "Hướng dẫn triển khai chuyển đổi số trong cơ quan nhà nước",
    "Về việc cung cấp số liệu thống kê dân cư quý {q}",
)
_AUTHORS: Final = ("G09", "G12", "G15", "G18", "G22", "G03", "G06", "G17")
_SIGNERS: Final = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Hoàng Cường", "Phạm Thu Dung", "Hoàng Minh Giang")
_TYPES: Final = (("KH", "Kế hoạch"), ("BC", "Báo cáo"), ("CV", "Công văn"), ("QĐ", "Quyết định"), ("TB", "Thông báo"))
_BODY: Final = (
    "căn cứ luật tổ chức chính quyền địa phương xét đề nghị của giám đốc sở nội vụ ủy ban nhân dân tỉnh yêu cầu các sở "
    "ban ngành xã phường đặc khu tổ chức thực hiện báo cáo kết quả trước ngày ba mươi tháng này theo quy định"
)

_PEOPLE: Final = """
CREATE TEMP TABLE bench_documents ON COMMIT DROP AS
SELECT k,
    (lpad(to_hex(1463158800000 + (k * 315360000000::numeric / %(count)s)::bigint), 12, '0') || '7'
     || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid AS id,
    (lpad(to_hex(1463158800000 + (k * 315360000000::numeric / %(count)s)::bigint), 12, '0') || '7'
     || substr(h, 16, 3) || '9' || substr(h, 4, 15))::uuid AS other_id,
    %(now)s - interval '10 years' * ((%(count)s - k)::float8 / %(count)s) AS at,
    (%(authors)s::text[])[1 + k %% 8] AS author,
    (%(signers)s::text[])[1 + k %% 5] AS signer,
    (%(types)s::text[])[1 + k %% 5] AS type_code,
    (%(type_names)s::text[])[1 + k %% 5] AS type_name,
    replace(replace(replace(replace((%(subjects)s::text[])[1 + (k * 7) %% 10], '{n}', (k %% 977)::text),
        '{y}', (2017 + k * 10 / %(count)s)::text), '{m}', (1 + k %% 12)::text), '{q}', (1 + k %% 4)::text)
        || CASE WHEN k %% 1000 = 17 THEN ' và cầu treo dân sinh' ELSE '' END AS subject
FROM generate_series(1, %(count)s) AS k CROSS JOIN LATERAL (SELECT md5(k::text || %(agency)s) AS h) AS made
"""

_DOCUMENTS: Final = """
INSERT INTO documents_document (id, document_id, agency_code, agency_name, type_code, type_name, code, number,
    notation, place, promulgated_on, subject, content, signer_competence, signer_position, signer_name, priority,
    secrecy, other, answers, standing, replaced_by, created_at, indexed_at)
SELECT id, author || ',' || to_char(at, 'YYYY/MM/DD') || ',' || k || '/' || %(agency)s, author, 'Cơ quan ' || author,
    type_code, type_name, k || '/' || type_code || '-' || author, k, type_code || '-' || author, 'Hà Nội', at::date,
    subject, '', '', 'Chánh Văn phòng', signer, CASE WHEN k %% 200 = 0 THEN 2 ELSE 0 END, '', '{}', '[]', 'in-force',
    '', at, at
FROM bench_documents
"""

_MESSAGES: Final = """
INSERT INTO documents_message (id, direction, sender_code, document_id, kind, reason, needs_paper, via, envelope,
    digest, verdict, verdict_facts, size, at)
SELECT other_id, 'in', author, id, 'new', '', false, 'letter:' || author, '\\x00'::bytea, sha256(k::text::bytea),
    'valid', '{}', 20480, at
FROM bench_documents
"""

_ARRIVALS: Final = """
INSERT INTO documents_arrival (id, message_id, document_id, sender_code, agency_code, inbox, status, standing, asked,
    arrived_at, due_at, updated_at, urgency)
SELECT other_id, other_id, id, author, %(agency)s, 'inbox',
    CASE WHEN k > %(count)s - %(waiting)s THEN '01' WHEN k %% 50 = 3 THEN '02' WHEN k %% 3 = 0 THEN '03' ELSE '06' END,
    CASE WHEN k %% 300 = 7 AND k <= %(count)s - %(waiting)s THEN 'recalled' ELSE 'in-force' END, '',
    at, at + interval '1 day', at,
    CASE WHEN k %% 200 = 0 THEN 2 ELSE 0 END
FROM bench_documents
"""

_REGISTERS: Final = """
INSERT INTO documents_register (agency_code, direction, year, name, series, last_number, last_on)
SELECT %(agency)s, 'in', extract(year FROM at)::int, 'Sổ văn bản đến', '', count(*), max(at::date)
FROM bench_documents WHERE k <= %(count)s - %(waiting)s GROUP BY 3
"""

_ENTRIES: Final = """
INSERT INTO documents_registerentry (register_id, number, suffix, registered_on, document_id, arrival_id, code,
    type_code, type_name, author, document_date, subject, signer, receivers, keeper, copies, priority, secrecy, note,
    scan_sha256, scan_name, indexed_at, reserved, struck_reason, actor, created_at)
SELECT r.id, row_number() OVER (PARTITION BY r.id ORDER BY k), '', at::date, b.id, b.other_id,
    k || '/' || type_code || '-' || author, type_code, type_name, 'Cơ quan ' || author, at::date, subject, signer, '',
    '', 0, 0, '', '', '', '', at, false, '', 'system:bench', at
FROM bench_documents AS b
JOIN documents_register AS r
    ON r.agency_code = %(agency)s AND r.direction = 'in' AND r.year = extract(year FROM at)::int
WHERE k <= %(count)s - %(waiting)s
"""

_LINES: Final = """
INSERT INTO documents_searchline (document_id, day, words, body, problem, indexed_at)
SELECT id, at::date, {vector}, %(body)s || ' ' || subject, '', at FROM (
    SELECT *, translate(lower(subject), %(accented)s, %(plain)s) AS bare,
        translate(lower(signer), %(accented)s, %(plain)s) AS signed
    FROM bench_documents) AS b
"""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made, in how long."""

    documents: int
    waiting: int
    seconds: float


def seed(agency_code: str, count: int, *, waiting: int = 40) -> Seeded:
    """Give an agency so many documents that arrived over ten years, the newest `waiting` not registered yet.

    Meant for an empty database; one transaction, a few statements whatever the count.
    """
    started = time.monotonic()
    accented, plain = _accents()
    places: dict[str, Any] = {
        "agency": agency_code, "count": count, "waiting": min(waiting, count), "now": clock.now(),
        "authors": list(_AUTHORS), "signers": list(_SIGNERS), "types": [code for code, _ in _TYPES],
        "type_names": [name for _, name in _TYPES], "subjects": list(_SUBJECTS), "body": _BODY,
        "bare_body": fold(_BODY), "accented": accented, "plain": plain,
    }  # fmt: skip
    vector = VECTOR_SQL.format(
        title=r"k || ' ' || regexp_replace(bare, '\W+', ' ', 'g')",
        facts="lower(type_code) || ' ' || author || ' ' || signed",
        body="%(bare_body)s || ' ' || bare",
        marks="ARRAY['@' || %(agency)s, '@in:' || %(agency)s, '@f:' || author,"
        " '@t:' || translate(lower(type_code), %(accented)s, %(plain)s), '@q' || to_char(at, 'YYYY-Q')]"
        " || (SELECT array_agg('@s:' || one) FROM unnest(string_to_array(signed, ' ')) AS one)",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # Words go into an index one by one, or are sorted once when it is built.
        cursor.execute("DROP INDEX search_line_words")
        for statement in (_PEOPLE, _DOCUMENTS, _MESSAGES, _ARRIVALS, _REGISTERS, _ENTRIES, _LINES):
            cursor.execute(statement.replace("{vector}", vector), places)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(
            "CREATE INDEX search_line_words ON documents_searchline USING gin (words) WITH (fastupdate = off)"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE documents_document, documents_message, documents_arrival, documents_register,"
            " documents_registerentry, documents_searchline"
        )
    return Seeded(count, places["waiting"], time.monotonic() - started)


def _accents() -> tuple[str, str]:
    """Every Vietnamese letter with an accent and what it is without, for SQL's `translate`."""
    letters = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
    return letters, "".join(fold(letter) for letter in letters)
