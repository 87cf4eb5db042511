"""Forms, URLs, escapes and older encodings of Chinese."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.decode.text import unpercent
from tests.detect.decode.help import NAME, SECRET, paths, places, scan


def dense(data: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in data)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (b"imei=861536030196001&x=1", ("form imei",)),
        (b"x=1&a%5Bb%5D=861536030196001", ("form a[b]",)),
        (b"x=1&imei=" + dense(SECRET), ("form imei",)),
        (b"x=1&imei=" + quote(dense(SECRET)).encode(), ("form imei", "percent")),
        (b"x=1&861536030196001=1", ("form key",)),
        (b"x=1&j=%7B%22i%22%3A%22861536030196001%22%7D", ("form j", "json $.i")),
        (b'x=1&j={"i":"861536030196001"}', ("form j", "json $.i")),
        (b"https://a.example/p?q=1&imei=861536030196001#f", ("query imei",)),
        (b"/p?imei=" + dense(SECRET), ("query imei",)),
        (dense(SECRET), ("percent",)),
        (quote(dense(SECRET)).encode(), ("percent", "percent")),
        (b"\\u0038\\u0036\\u0031536030196001", ("unicode escapes",)),
        (b"\\x38\\x36\\x31536030196001", ("unicode escapes",)),
        (b"&#56;&#x36;1536030196001", ("html entities",)),
    ],
)
def test_where_the_secret_stands(text: bytes, path: tuple[str, ...]) -> None:
    assert paths(text) == [path]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (quote(NAME).encode(), ("percent",)),
        (quote(NAME, encoding="gbk").encode(), ("percent", "gbk")),
        (b"n=" + quote(quote(NAME, encoding="gbk")).encode(), ("form n", "percent", "gbk")),
        (NAME.encode("gbk"), ("gbk",)),
        (f'{{"n":"{NAME}"}}'.encode("gbk"), ("gbk", "json $.n")),
        (NAME.encode("utf-16"), ("utf-16",)),
    ],
)
def test_chinese(text: bytes, path: tuple[str, ...]) -> None:
    assert paths(text, needle=NAME.encode()) == [path]


def test_plus_is_a_space_and_a_plus() -> None:
    assert paths(b"a=1&n=Mi+10+Lite", needle=b"Mi 10 Lite") == [("form n", "plus as space")]
    assert paths(b"a=1&n=Mi+10+Lite", needle=b"Mi+10+Lite") == [("form n",)]


def test_a_digit_hidden_by_an_escape_is_not_overlooked() -> None:
    for text in (
        b"x=1&n=861536030196001%31",
        b"861536030196001%31",
        b"see 861536030196001%31 there",
    ):
        assert paths(text) == []
    assert scan(b"a %20861536030196001").occurrences[0].leaf.data == b" 861536030196001"


def test_percent_signs_that_escape_nothing_stay() -> None:
    assert places(b"100% of 861536030196001 %zz") == [()]


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_unpercent_undoes_quote(value: str | bytes) -> None:
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    assert unpercent(quote(data, safe="").encode()) == data
    assert unpercent(dense(data)) == data


@given(st.lists(st.sampled_from([b"%", b"%2", b"%25", b"%41", b"41", b"%%", b"x", b"%zz"])))
def test_unpercent_reads_each_escape_once(parts: list[bytes]) -> None:
    from urllib.parse import unquote_to_bytes

    data = b"".join(parts)
    assert unpercent(data) == unquote_to_bytes(data)


@given(st.dictionaries(st.text("abc_", min_size=1), st.text(max_size=20), max_size=5))
def test_a_field_of_a_form_is_found_by_its_name(fields: dict[str, str]) -> None:
    fields = {"k": "v", **fields, "imei": SECRET.decode()}
    text = "&".join(f"{key}={quote_plus(value)}" for key, value in fields.items())
    assert paths(text.encode()) == [("form imei",)]
