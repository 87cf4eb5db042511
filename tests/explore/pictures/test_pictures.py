"""What pictures tell: words, sizes, contrast. Drawn here, measured by the product."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from farm.explore.hierarchy import Bounds
from farm.explore.hierarchy_xml import parse
from farm.explore.pictures.contrast import luminance, prominence, ratio
from farm.explore.pictures.words import Word, drawn_by, reader, says_nothing, with_words
from farm.explore.policy import Policy
from farm.explore.run import Run
from farm.model.vocabulary import ConsentAnswer, DialogKind
from farm.twin.runtime.drawing import font_file
from tests.explore.fake_phone import FAST, HOME, Diary, Phone
from tests.explore.screens import APP, HEIGHT, WIDTH, node, page

Colour = tuple[int, int, int]
ACCEPT, DECLINE = (560, 1200, 1000, 1330), (80, 1200, 520, 1330)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    name = font_file()
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


def _picture(accept: tuple[Colour, Colour], decline: tuple[Colour, Colour]) -> bytes:
    """A consent dialog; each button's paper and ink."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    pen.text((80, 700), "温馨提示", fill="black", font=_font(60))
    pen.text((80, 850), "请您阅读并同意《用户协议》和《隐私政策》", fill="black", font=_font(46))
    for box, text, (paper, ink) in (
        (DECLINE, "不同意", decline),
        (ACCEPT, "同意并继续", accept),
    ):
        pen.rectangle(box, fill=paper)
        pen.text((box[0] + 60, box[1] + 35), text, fill=ink, font=_font(54))
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


BLUE: tuple[Colour, Colour] = ((20, 80, 220), (255, 255, 255))
PLAIN: tuple[Colour, Colour] = ((255, 255, 255), (20, 20, 20))
FAINT: tuple[Colour, Colour] = ((255, 255, 255), (220, 220, 220))


def test_ratio_is_wcags() -> None:
    assert ratio(luminance((255, 255, 255)), luminance((0, 0, 0))) == pytest.approx(21)
    assert ratio(luminance((118, 118, 118)), 1.0) == pytest.approx(4.54, abs=0.01)  # WCAG's example
    assert ratio(0.3, 0.3) == 1


@pytest.mark.parametrize(
    ("colours", "least", "most"), [(BLUE, 6, 9), (PLAIN, 15, 21), (FAINT, 1.1, 1.6)]
)
def test_contrast_of_a_button(colours: tuple[Colour, Colour], least: float, most: float) -> None:
    measured = prominence(_picture(colours, PLAIN), Bounds(*ACCEPT))
    assert measured.area == 440 * 130
    assert least <= measured.contrast <= most


@pytest.mark.parametrize("picture", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 90])
def test_no_picture_tells_no_contrast(picture: bytes) -> None:
    assert prominence(picture, Bounds(0, 0, 100, 100)).contrast == 0
    read = reader()
    assert read is None or read(picture) == ()


def test_a_button_off_the_picture() -> None:
    assert prominence(_picture(BLUE, PLAIN), Bounds(5000, 5000, 5100, 5100)).contrast == 0


class _Pictured(Phone):
    """A scripted phone with a real picture."""

    picture = b""

    async def screenshot(self) -> bytes:
        return self.picture


def _consent(decline: tuple[int, int, int, int] = DECLINE) -> str:
    return page(
        node(text="温馨提示", bounds=(80, 690, 500, 770)),
        node(text="请您阅读并同意《用户协议》和《隐私政策》", bounds=(80, 840, 1000, 920)),
        node("Button", "不同意", bounds=decline, clickable=True),
        node("Button", "同意并继续", bounds=ACCEPT, clickable=True),
    )


async def _recognised(phone: _Pictured) -> Diary:
    diary = Diary()
    run = Run(driver=phone, journal=diary, app=phone, policy=FAST)
    await run.screen.recognise()
    return diary


async def test_a_faint_refusal_is_measured_and_told() -> None:
    phone = _Pictured(_consent())
    phone.picture = _picture(BLUE, FAINT)
    (dialog,) = (await _recognised(phone)).dialogs
    assert dialog.accept_contrast > 6 and 1 < dialog.decline_contrast < 2
    assert dialog.accept_area == dialog.decline_area
    assert [each for each in dialog.reasons if "refusal's words have a contrast" in each]


async def test_a_small_refusal_is_told() -> None:
    phone = _Pictured(_consent((80, 1200, 200, 1260)))
    phone.picture = _picture(BLUE, PLAIN)
    (dialog,) = (await _recognised(phone)).dialogs
    assert [each for each in dialog.reasons if "7.9 times smaller" in each]


async def test_equal_buttons_are_not_remarked_on() -> None:
    phone = _Pictured(_consent())
    phone.picture = _picture(PLAIN, PLAIN)
    (dialog,) = (await _recognised(phone)).dialogs
    assert not [each for each in dialog.reasons if "refusal" in each and "by" not in each]


async def test_without_a_picture_nothing_is_claimed_about_contrast() -> None:
    (dialog,) = (await _recognised(_Pictured(_consent()))).dialogs
    assert dialog.accept_contrast == dialog.decline_contrast == 0
    assert dialog.accept_area > 0


@pytest.mark.skipif(reader() is None, reason="RapidOCR is not installed (an extra)")
@pytest.mark.skipif(font_file() is None, reason="no font with Chinese glyphs")
async def test_a_consent_that_is_only_a_picture_is_recognised_and_answered() -> None:
    canvas = page(node("android.view.View", bounds=(0, 90, WIDTH, HEIGHT)))
    phone = _Pictured(canvas)
    phone.picture = _picture(BLUE, PLAIN)
    diary = Diary()
    run = Run(driver=phone, journal=diary, app=phone, policy=FAST)
    _, found = await run.screen.recognise()
    assert found.kind is DialogKind.PRIVACY_CONSENT and found.package == APP
    assert found.accept is not None and found.decline is not None
    assert (found.accept.text, found.decline.text) == ("同意并继续", "不同意")
    x, y = found.accept.x, found.accept.y
    assert ACCEPT[0] < x < ACCEPT[2] and ACCEPT[1] < y < ACCEPT[3]
    await run.consent.accept()
    assert diary.answers[0] == (ConsentAnswer.ACCEPT, "同意并继续")


async def test_pictures_are_not_read_where_views_speak() -> None:
    spoken = parse(HOME)
    assert not says_nothing(parse(_consent()), APP)
    assert not says_nothing(spoken, "com.other")
    phone = _Pictured(page(node("android.view.View", bounds=(0, 90, WIDTH, HEIGHT))))
    phone.picture = _picture(BLUE, PLAIN)
    run = Run(driver=phone, journal=Diary(), app=phone, policy=Policy(read_pictures=False))
    state = await run.screen.observe()
    assert state.words == ()


def test_words_become_views_of_the_app() -> None:
    hierarchy = parse(page(node("android.view.View", bounds=(0, 90, WIDTH, HEIGHT))))
    words = (
        Word(text="同意", bounds=Bounds(100, 500, 200, 560), score=0.9),
        Word(text="12:30", bounds=Bounds(20, 10, 120, 60), score=0.9),
    )
    assert drawn_by(words, hierarchy, APP) == words[:1], "the clock is the status bar's"
    told = with_words(hierarchy, words[:1], APP)
    assert told.texts == ["同意"]
    for each in told.nodes:
        assert told.nodes[each.index] is each
        assert each.parent < each.index < each.end <= len(told.nodes)
    assert with_words(hierarchy, (), APP) is hierarchy
