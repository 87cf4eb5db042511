"""What holds several messages together, and markup."""

import base64
import io
import zipfile

import pytest

from tests.detect.decode.help import SECRET, paths, places, scan


def test_multipart_by_its_boundary() -> None:
    body = (
        b'--X1\r\nContent-Disposition: form-data; name="imei"\r\n\r\n861536030196001\r\n'
        b'--X1\r\nContent-Disposition: form-data; name="b"\r\n\r\n2\r\n--X1--\r\n'
    )
    assert paths(body) == [("multipart imei",)]
    assert paths(body[: body.index(b"--X1--")]) == [("multipart imei",)]


def test_parts_of_a_multipart_are_decoded_in_turn() -> None:
    body = (
        b'--X\r\nContent-Disposition: form-data; name="f"; filename="861536030196001"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(b"a=1&i=" + SECRET)
        + b"\r\n"
        b'--X\r\nContent-Disposition: form-data; name="q"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"86153603=\r\n0196=30=30=31\r\n--X--\r\n"
    )
    assert ("multipart f", "base64", "form i") in places(body)
    assert ("multipart q",) in paths(body)
    assert ("multipart f header",) in places(body)


def test_chunks() -> None:
    body = b"8\r\n86153603\r\n7;x=y\r\n0196001\r\n0\r\n\r\n"
    assert paths(body) == [("chunked",)]
    assert paths(body.replace(b"7;", b"9;")) == []


def test_zip_archives_and_their_names() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log/a.txt", b"x=1&imei=" + SECRET)
        archive.writestr("861536030196001", b"nothing")
    assert places(file.getvalue()) == [("zip log/a.txt", "form imei"), ("zip member name",)]
    damaged = file.getvalue().replace(b"PK\x01\x02", b"PK\x09\x09")
    assert places(damaged) == [(), ()], "what cannot be unpacked is searched as it stands"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (b"<a><b>861536030196001</b></a>", "xml /a/b"),
        (b'<?xml version="1.0"?><a><b/><b i="861536030196001"/></a>', "xml /a/b[2]/@i"),
        (b"<a><b>&#56;61536030196001</b></a>", "xml /a/b"),
        (b"<a><![CDATA[861536030196001]]></a>", "xml /a"),
        (b"<a><!--861536030196001--></a>", "xml /a/comment()"),
        (b'<n:a xmlns:n="urn:x"><n:b>861536030196001</n:b></n:a>', "xml /a/b"),
        (b"<a><b>861536030196001</b><c", "xml /a/b"),
    ],
)
def test_xml(text: bytes, path: str) -> None:
    assert paths(text) == [(path,)]


def test_xml_resolves_nothing() -> None:
    """No file is read and no entity multiplies (CWE-611, CWE-776)."""
    outside = (
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;<b>861536030196001</b></a>'
    )
    found = scan(outside, needles=[b"root:", SECRET])
    assert {one.needle for one in found.occurrences} == {1}
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"861536030196001")
        for n in range(12)
    )
    laughs = scan(b"<!DOCTYPE a [" + entities + b"]><a>&e11;</a>")
    assert len(laughs.occurrences) < 100
