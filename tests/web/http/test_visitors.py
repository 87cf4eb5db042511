import pytest

from farm.web.http.visitors import local_path


@pytest.mark.parametrize("path", ["/", "/apps?x=1", "/a/b-c_d"])
def test_paths_of_this_site(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "apps",
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/a\r\nb",
        "/" * 3000,
    ],
)
def test_paths_that_lead_elsewhere(path: object) -> None:
    assert local_path(path) == "/"
