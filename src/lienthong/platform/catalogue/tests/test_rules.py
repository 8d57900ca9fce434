"""Paths, endpoints, limits, fields: pure rules, with hypothesis looking for ways around them."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.catalogue.rules.limits import Bucket, keep_fields, needs_word, seconds_to_midnight
from lienthong.platform.catalogue.rules.paths import find_endpoint, matches, normal_path, read_endpoint
from lienthong.platform.catalogue.types import Endpoint


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("", "/"),
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b/"),
        ("/%61/%7Eb", "/a/~b"),
        ("/t%e1%bb%89nh", "/t%E1%BB%89nh"),
        ("/a%20b", "/a%20b"),
        ("/a;v=1/b", "/a;v=1/b"),
        ("/v1.2/x", "/v1.2/x"),
        ("/100%25", "/100%25"),
    ],
)
def test_a_path_has_one_spelling(path: str, normal: str) -> None:
    assert normal_path(path) == normal
    assert normal_path(normal) == normal


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "/a/../b",
        "/a/./b",
        "/..",
        "/a/%2e%2e/b",
        "/a/%2E./b",
        "/a/%252e%252e/b",
        "/a/..;x=1/b",
        "/a/%2fb",
        "/a%5cb",
        "/a\\b",
        "/a%252Fb",
        "/a//b",
        "//a",
        "/a%00",
        "/a%0d%0aX-Y:z",
        "/a%zz",
        "/a%",
        "/%ff%fe",
        "/tỉnh",
        "/a b",
        "/a?x",
        "/a#x",
        "/" + "a" * 5000,
    ],
)
def test_what_two_programs_could_read_differently_is_refused(path: str) -> None:
    with pytest.raises(Refused) as caught:
        normal_path(path)
    assert caught.value.code == "catalogue.bad-path"


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_comes_either_has_one_safe_reading_or_is_refused(text: str) -> None:
    for path in ("/" + text, "/" + quote(text), "/a/" + quote(text, safe="") + "/b"):
        try:
            normal = normal_path(path)
        except Refused:
            continue
        steps = unquote(normal).split("/")
        assert normal.count("/") == len(steps) - 1
        assert not {".", ".."} & {step.partition(";")[0] for step in steps}
        assert normal.isascii()
        assert normal_path(normal) == normal


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/a", "/a", True),
        ("/a", "/a/", True),
        ("/a", "/a/b", False),
        ("/a/*", "/a/b", True),
        ("/a/*", "/a", False),
        ("/a/*", "/a/b/c", False),
        ("/a/**", "/a", True),
        ("/a/**", "/a/b/c", True),
        ("/**", "/", True),
        ("/a/**/z", "/a/b/c/z", True),
        ("/a/**/z", "/a/b/c", False),
        ("/a/{id}/b", "/a/1/b", True),
        ("/a/{id}.json", "/a/1.json", True),
        ("/a/v*", "/a/v2", True),
        ("/a.b", "/axb", False),
        ("/tỉnh/*", "/t%E1%BB%89nh/36", True),
        ("/", "/", True),
        ("/", "/a", False),
    ],
)
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert matches(Endpoint("GET", pattern), "GET", path) is fits


def test_methods() -> None:
    assert matches(Endpoint("*", "/a"), "PATCH", "/a")
    assert matches(Endpoint("GET", "/a"), "HEAD", "/a")
    assert not matches(Endpoint("POST", "/a"), "HEAD", "/a")
    assert find_endpoint([Endpoint("POST", "/a"), Endpoint("GET", "/**")], "GET", "/a") == Endpoint("GET", "/**")


def test_endpoints_are_read_as_typed_and_nonsense_is_refused() -> None:
    assert read_endpoint("  get   /nguoi/* Tra cứu ") == Endpoint("GET", "/nguoi/*", "Tra cứu")
    for text in ("", "GET", "GET nguoi", "FETCH /a", "GET /a/../b", "GET /a//b"):
        with pytest.raises(Refused) as caught:
            read_endpoint(text)
        assert caught.value.field == "endpoints"


def test_a_bucket_gives_a_burst_of_one_second_then_an_even_pace() -> None:
    bucket = Bucket()
    assert [bucket.take(5, 100.0) for _ in range(5)] == [0.0] * 5
    assert bucket.take(5, 100.0) == pytest.approx(0.2)
    assert bucket.take(5, 100.2) == 0.0
    slow = Bucket()
    assert slow.take(0.5, 0.0) == 0.0
    assert slow.take(0.5, 0.0) == pytest.approx(2.0)
    assert slow.take(0.5, 2.0) == 0.0


@given(st.floats(0.1, 50), st.lists(st.floats(0, 1), max_size=200))
def test_no_second_has_more_than_twice_the_rate(rate: float, gaps: list[float]) -> None:
    bucket, now, taken = Bucket(), 0.0, []
    for gap in gaps:
        now += gap
        if bucket.take(rate, now) == 0.0:
            taken.append(now)
    for start in taken:
        assert sum(start <= moment <= start + 1 for moment in taken) <= max(1, rate) + rate + 1


def test_midnight_is_the_one_of_vietnam() -> None:
    assert seconds_to_midnight(clock.at(2026, 11, 21, 23, 59, 30)) == 30
    assert seconds_to_midnight(clock.at(2026, 11, 21)) == 24 * 3600


def test_the_threshold_is_on_the_sum() -> None:
    assert needs_word(1, [], None)
    assert not needs_word(40, [50, 10], 100)
    assert needs_word(41, [50, 10], 100)


def test_only_the_allowed_fields_stay() -> None:
    answer = {"name": "x", "birth": {"day": 1, "place": "y"}, "kin": [{"name": "a", "id": 1}, {"name": "b"}]}
    assert keep_fields(answer, ()) == answer
    assert keep_fields(answer, ("name",)) == {"name": "x"}
    assert keep_fields(answer, ("birth.day", "kin.name")) == {
        "birth": {"day": 1},
        "kin": [{"name": "a"}, {"name": "b"}],
    }
    assert keep_fields(answer, ("birth", "birth.day")) == {"birth": answer["birth"]}
    assert keep_fields([answer], ("name",)) == [{"name": "x"}]
    assert keep_fields({"name": {"x": 1}}, ("name.y",)) == {"name": {}}
    assert keep_fields("secret", ("name",)) is None
