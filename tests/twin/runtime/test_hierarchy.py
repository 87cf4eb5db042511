"""The XML of hostile and ordinary trees, and what the decoder and the layout bound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from farm.twin.runtime.hierarchy import escape, hierarchy_xml
from farm.twin.runtime.layout import Layout, Scrolls
from farm.twin.runtime.views import MAX_TEXT, MAX_VIEWS, View, decode_view


def placed(tree: dict[str, object]) -> View:
    root = decode_view(tree)
    Layout(160).place(root, (0, 0, 400, 800), Scrolls())
    return root


@given(st.text(alphabet=st.characters()))
@settings(max_examples=200, deadline=None)
def test_any_text_stays_well_formed(text: str) -> None:
    tree: dict[str, object] = {
        "class": "android.widget.TextView",
        "text": text,
        "desc": "x",
        "height": "20",
    }
    root = etree.fromstring(hierarchy_xml([("p", placed(tree))]).encode())
    assert root[0].get("content-desc") == "x"


def test_forbidden_characters_become_dots_as_androids_dumper_does() -> None:
    assert escape("a\x00\x08\x1b[31m\ud800b") == "a...[31m.b"
    assert escape('<&">\n') == "&lt;&amp;&quot;&gt;&#10;"
    assert escape("隐私😀") == "隐私😀"


def test_long_texts_are_cut_and_large_trees_refused() -> None:
    assert len(decode_view({"text": "长" * 10_000_000}).text) == MAX_TEXT
    with pytest.raises(ValueError, match="views"):
        decode_view({"children": [{}] * (MAX_VIEWS + 1)})
    deep: dict[str, object] = {}
    for _ in range(100):
        deep = {"children": [deep]}
    with pytest.raises(ValueError, match="levels"):
        decode_view(deep)


@pytest.mark.parametrize("bad", [[], "x", {"children": 3}, {"children": ["x"]}])
def test_nonsense_is_refused(bad: object) -> None:
    with pytest.raises(ValueError):
        decode_view(bad)


def test_weights_share_what_is_left_and_scrolled_views_hide() -> None:
    def box(**fields: object) -> dict[str, object]:
        return {"class": "android.view.View", "height": 100, **fields}

    root = placed(
        {
            "class": "android.widget.LinearLayout",
            "height": "match",
            "children": [box(), box(height=0, weight=1), box(height=0, weight=3)],
        }
    )
    assert [child.bounds for child in root.children] == [
        (0, 0, 400, 100),
        (0, 100, 400, 275),
        (0, 275, 400, 800),
    ]
    scrolling = {
        "class": "android.widget.ScrollView",
        "id": 1,
        "height": "match",
        "children": [
            {"class": "android.widget.LinearLayout", "children": [box() for _ in range(20)]}
        ],
    }
    root = decode_view(scrolling)
    Layout(160).place(root, (0, 0, 400, 800), Scrolls({1: 1_000_000}))
    shown = [child.shown for child in root.children[0].children]
    assert shown == [False] * 12 + [True] * 8
    assert root.content_height == 2000


def test_invisible_keeps_its_place_and_gone_does_not() -> None:
    row = {"class": "android.widget.TextView", "text": "a", "height": 50}
    root = placed(
        {
            "class": "android.widget.LinearLayout",
            "children": [row | {"visibility": "gone"}, row | {"visibility": "invisible"}, row],
        }
    )
    assert [child.bounds[1] for child in root.children] == [0, 50]
    assert hierarchy_xml([("p", root)]).count('text="a"') == 1


def test_buttons_that_share_a_row_are_measured_by_their_share() -> None:
    buttons = [
        {"class": "android.widget.Button", "text": text, "width": 0, "weight": 1}
        for text in ("不同意", "同意")
    ]
    root = placed(
        {
            "class": "android.widget.LinearLayout",
            "orientation": "horizontal",
            "children": buttons,
        }
    )
    assert [child.bounds for child in root.children] == [(0, 0, 200, 48), (200, 0, 400, 48)]
