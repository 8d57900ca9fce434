import hashlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock
from lienthong.kernel.errors import Invalid, Refused
from lienthong.platform.payments import messages

SECRET = "s3cret"
INIT = messages.init_fields(
    partner_code="G22",
    reference="HS1",
    amount=8000,
    description="Lệ phí",
    moment=clock.at(2026, 11, 21, 15, 4, 5),
    ip="127.0.0.1",
)
NOTIFY = {
    "LoaiBanTin": "NOTIFY",
    "MaLoi": "00",
    "MaDoiTac": "G22",
    "MaThamChieu": "HS1",
    "SoTien": "8000",
    "MaTienTe": "VND",
    "MaGiaoDich": "TT1",
    "MaNganHang": "SONGHONG",
    "ThoiGianGD": "20261121150405",
    "ThongTinGiaoDich": "Lệ phí",
    "TrangThaiGD": "1",
}

field_text = st.text(st.characters(codec="utf-8", exclude_characters="|"), min_size=1, max_size=20)


def test_the_code_of_init_is_over_the_published_fields_in_their_order():
    text = "INIT|1.0.6|G22|HS1|8000|PAY|1|1|vi-VN|VND|PAYMENT|Lệ phí|20261121150405|127.0.0.1|s3cret"
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert messages.authentication_code(INIT, messages.INIT_FIELDS, SECRET) == expected
    assert expected == "feb2e638ca66289d51db10a4858863b7eaf4bf8b9d0f992b297377cfee976427"


def test_the_code_of_query_is_over_the_published_fields_in_their_order():
    fields = messages.query_fields(partner_code="G22", reference="HS1", moment=clock.at(2026, 11, 21, 15, 4, 5))
    expected = hashlib.sha256(b"QUERY|1.0.6|G22|HS1|20261121150405|s3cret").hexdigest()
    assert messages.authentication_code(fields, messages.QUERY_FIELDS, SECRET) == expected
    assert expected == "2ca954f75acf339db781d846a6d1434942582cb1d1a237e2c37a854cd561d486"


def test_the_fields_are_sent_in_the_published_order():
    sent = list(orjson.loads(messages.seal("INIT", INIT, SECRET, {"ThongTinBienLai": {}})))
    assert sent == [*messages.INIT_FIELDS, "MaXacThuc", "ThongTinBienLai"]


@given(st.lists(field_text, min_size=5, max_size=5), st.lists(field_text, min_size=5, max_size=5))
def test_different_fields_never_share_a_code(one, other):
    order = messages.QUERY_FIELDS
    codes = [
        messages.authentication_code(dict(zip(order, values, strict=True)), order, SECRET) for values in (one, other)
    ]
    assert (codes[0] == codes[1]) == (one == other)


@given(st.permutations(messages.QUERY_FIELDS))
def test_the_order_of_the_fields_counts_and_the_order_of_the_mapping_does_not(order):
    fields = {name: f"{place}" for place, name in enumerate(messages.QUERY_FIELDS)}
    shuffled = {name: fields[name] for name in order}
    right = messages.authentication_code(fields, messages.QUERY_FIELDS, SECRET)
    assert messages.authentication_code(shuffled, messages.QUERY_FIELDS, SECRET) == right
    assert (messages.authentication_code(fields, order, SECRET) == right) == (tuple(order) == messages.QUERY_FIELDS)


@given(st.sampled_from(messages.NOTIFY_FIELDS), st.sampled_from("0123456789ABCXYZ"))
def test_a_change_of_any_field_is_noticed(name, letter):
    table = orjson.loads(messages.seal("NOTIFY", NOTIFY, SECRET))
    table[name] = letter + table[name][1:]
    changed = table[name] != NOTIFY[name]
    if changed:
        with pytest.raises(Refused):
            messages.unseal(orjson.dumps(table), "NOTIFY", SECRET)
    else:
        assert messages.unseal(orjson.dumps(table), "NOTIFY", SECRET).amount == 8000


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_refused_in_order(body):
    with pytest.raises(Refused):
        messages.unseal(body, "NOTIFY", SECRET)


def test_numbers_and_capital_codes_of_other_systems_are_understood():
    table = orjson.loads(messages.seal("NOTIFY", NOTIFY, SECRET))
    table |= {"SoTien": 8000, "MaXacThuc": table["MaXacThuc"].upper()}
    assert messages.unseal(orjson.dumps(table), "NOTIFY", SECRET).amount == 8000


@pytest.mark.parametrize("name", [*messages.NOTIFY_FIELDS, "MaXacThuc"])
def test_a_missing_field_is_named(name):
    table = orjson.loads(messages.seal("NOTIFY", NOTIFY, SECRET))
    del table[name]
    with pytest.raises(Invalid) as refused:
        messages.unseal(orjson.dumps(table), "NOTIFY", SECRET)
    assert [(e.path, e.code) for e in refused.value.field_errors] == [(name, "payments.field-missing")]


def test_all_missing_fields_are_named_at_once():
    with pytest.raises(Invalid) as refused:
        messages.unseal(b"{}", "NOTIFY", SECRET)
    assert [e.path for e in refused.value.field_errors] == [*messages.NOTIFY_FIELDS, "MaXacThuc"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SoTien", "-8000"),
        ("SoTien", "08000"),
        ("SoTien", "8000.0"),
        ("SoTien", "0"),
        ("SoTien", "８０００"),
        ("SoTien", 8000.5),
        ("SoTien", True),
        ("SoTien", None),
        ("ThoiGianGD", "20260230120000"),
        ("ThoiGianGD", "2026-11-21"),
        ("MaThamChieu", "a|b"),
        ("MaThamChieu", "../x"),
        ("ThongTinGiaoDich", "x" * 301),
        ("ThongTinGiaoDich", "a\nb"),
        ("ThongTinGiaoDich", ["a"]),
        ("LoaiBanTin", "INIT"),
        ("MaXacThuc", "mã"),
    ],
)
def test_a_malformed_field_is_named(name, value):
    table = orjson.loads(messages.seal("NOTIFY", NOTIFY, SECRET))
    table[name] = value
    with pytest.raises(Refused) as refused:
        messages.unseal(orjson.dumps(table), "NOTIFY", SECRET)
    assert refused.value.field_errors[0].path == name


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"{", b"\xff{}", b'{"a": "\\ud800"}', b"[" * 5000])
def test_what_is_not_a_json_object_is_refused(body):
    with pytest.raises(Refused):
        messages.unseal(body, "NOTIFY", SECRET)


def test_an_oversize_message_is_not_read():
    with pytest.raises(Refused, match=r"payments\.not-json"):
        messages.unseal(b'{"a":"' + b"x" * messages.MAX_BYTES + b'"}', "NOTIFY", SECRET)


def test_a_description_is_made_fit_for_a_field():
    assert messages.plain("Lê\u0323 phí | a\n b" + "x" * 300).startswith("Lệ phí / a b")
    assert len(messages.plain("x" * 400)) == 255
