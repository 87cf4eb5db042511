"""Parsing what a phone sends: real shape, hostile shape, and anything at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from farm.explore.app_text import MAX_TEXT
from farm.explore.hierarchy import MAX_TEXTS
from farm.explore.hierarchy_xml import MAX_NODES, parse
from tests.explore.screens import APP, corpus, draw, node, page


def test_nodes_texts_and_packages() -> None:
    found = parse(draw(next(each for each in corpus() if each["name"] == "zh plain")))
    assert found.problems == ()
    assert found.packages == (APP,)
    assert found.texts[0] == "温馨提示"
    assert found.texts[-2:] == ["不同意", "同意"]
    agree = next(each for each in found.nodes if each.text == "同意")
    assert agree.clickable and agree.kind == "Button"
    assert [each.kind for each in found.ancestors(agree)] == [
        "LinearLayout",
        "LinearLayout",
        "FrameLayout",
    ]
    assert len(found.subtree(found.nodes[0])) == len(found.nodes)


def test_class_names_as_tags() -> None:
    xml = '<hierarchy><android.widget.Button text="OK" bounds="[0,0][9,9]"/></hierarchy>'
    assert parse(xml).nodes[0].kind == "Button"


def test_fingerprint_ignores_texts_and_longer_lists() -> None:
    row = node("LinearLayout", inside=node(text="a"))
    short, long = page(row, row), page(*[row] * 9)
    other_words = page(node("LinearLayout", inside=node(text="b")), row)
    assert parse(short).fingerprint == parse(long).fingerprint == parse(other_words).fingerprint
    assert parse(page(node("Button"))).fingerprint != parse(short).fingerprint
    named = page(node("LinearLayout", inside=node(resource="x:id/a")))
    assert parse(named).fingerprint != parse(short).fingerprint
    assert parse("").fingerprint == ""


def test_status_bar_does_not_count() -> None:
    bar = node(text="12:00", package="com.android.systemui")
    assert parse(page(node(), bar)).fingerprint == parse(page(node())).fingerprint


def test_huge_text_does_not_hide_the_rest() -> None:
    xml = page(node(text="<b>&" * 2_500_000), node("Button", "同意", clickable=True))
    found = parse(xml)
    assert "同意" in found.texts
    assert max(len(each.text) for each in found.nodes) <= MAX_TEXT
    assert found.problems


def test_bounds_on_number_and_depth() -> None:
    many = parse(page(*["<node bounds='[0,0][1,1]' text='x'/>"] * (MAX_NODES + 10)))
    assert len(many.nodes) == MAX_NODES and many.problems
    assert len(many.texts) == MAX_TEXTS
    deep = "<node bounds='[0,0][1,1]'>" * 5000 + "</node>" * 5000
    assert parse(f"<hierarchy>{deep}</hierarchy>").problems


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE h [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><hierarchy text="&b;"/>'
    found = parse(bomb)
    assert found.nodes == () and found.problems
    outside = '<!DOCTYPE h [<!ENTITY x SYSTEM "file:///etc/passwd">]><hierarchy>&x;</hierarchy>'
    assert parse(outside).nodes == ()


def test_characters_that_xml_forbids() -> None:
    found = parse(page(node(text="a\x00b\x1b[31mc&#0;d\ud800")).replace("&amp;#0;", "&#0;"))
    assert len(found.nodes) == 2 and found.problems
    assert "\x1b" not in found.nodes[1].text


def test_torn_document_is_read_as_far_as_possible() -> None:
    xml = draw(next(each for each in corpus() if each["name"] == "zh plain"))
    found = parse(xml[: len(xml) * 2 // 3])
    assert found.problems and found.texts


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gives_a_value(text: str) -> None:
    parse(text)
    parse(f"<hierarchy>{text}</hierarchy>")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_gives_a_value(data: st.DataObject) -> None:
    xml = draw(data.draw(st.sampled_from(corpus())))
    start = data.draw(st.integers(0, len(xml)))
    end = data.draw(st.integers(start, min(len(xml), start + 200)))
    found = parse(xml[:start] + data.draw(st.text(max_size=20)) + xml[end:])
    for each in found.nodes:
        assert each.index < each.end <= len(found.nodes)
        assert each.parent < each.index
    assert isinstance(found.fingerprint, str)
