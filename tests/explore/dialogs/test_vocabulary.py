"""The vocabulary speaks every language it promises, for every kind of dialog."""

from importlib import resources
from typing import Any

import pytest
import yaml

from farm.explore.dialogs import ScreenState, classify
from farm.explore.hierarchy_xml import parse
from farm.model.vocabulary import DialogKind
from tests.explore.screens import APP, draw

LANGUAGES = (
    "zh_CN zh_TW en de fr es pt it ja ko ru vi th id tr pl ar nl".split()
)  # simplified, traditional, English, and fifteen more


def _tables(node: Any, path: str = "") -> dict[str, dict[str, Any]]:
    """Every table of words by language, by where it stands."""
    if not isinstance(node, dict):
        return {}
    if "zh_CN" in node and isinstance(node["zh_CN"], list):
        return {path: node}
    found: dict[str, dict[str, Any]] = {}
    for key, value in node.items():
        if key != "source":
            found |= _tables(value, f"{path}.{key}".lstrip("."))
    return found


def test_every_table_of_words_speaks_every_language() -> None:
    text = resources.files("farm.explore").joinpath("data/consent.yaml").read_text("utf-8")
    tables = _tables(yaml.safe_load(text))
    assert len(tables) >= 20
    lacking = {
        name: sorted(set(LANGUAGES) - set(table))
        for name, table in tables.items()
        if "others" not in table and set(LANGUAGES) - set(table)
    }
    assert lacking == {}


# Notices of AOSP (frameworks/base, strings aerr_application and following), without their ids.
CRASHES = {
    "es": ("La aplicación Lector se ha detenido", "Cerrar aplicación"),
    "pt": ("Leitor parou", "Fechar app"),
    "it": ("Lettore si è interrotta", "Chiudi app"),
    "ko": ("리더이(가) 중지되었습니다", "앱 닫기"),
    "ru": ("Приложение Читатель остановлено", "Закрыть приложение"),
    "vi": ("Trình đọc đã dừng", "Đóng ứng dụng"),
    "th": ("แอปหยุดทำงาน", "ปิดแอป"),
    "id": ("Pembaca telah berhenti", "Tutup aplikasi"),
    "tr": ("Okuyucu durduruldu", "Uygulamayı kapat"),
    "pl": ("Aplikacja Czytnik przestała działać", "Zamknij aplikację"),
    "ar": ("توقف تطبيق القارئ", "إغلاق التطبيق"),
    "nl": ("Lezer is gestopt", "App sluiten"),
}


@pytest.mark.parametrize("language", CRASHES)
def test_crash_notices_without_ids(language: str) -> None:
    title, close = CRASHES[language]
    screen = draw({"package": "android", "title": title, "buttons": [close]})
    found = classify(ScreenState(hierarchy=parse(screen), package="android"))
    assert found.kind is DialogKind.CRASH
    assert found.decline is not None and found.decline.text == close


# An advertisement that is closed by a word instead of skipped.
CLOSED = {
    "de": ("Anzeige", "Schließen"),
    "fr": ("Publicité", "Fermer"),
    "es": ("Publicidad", "Cerrar anuncio"),
    "pt": ("Publicidade", "Fechar anúncio"),
    "it": ("Pubblicità", "Chiudi annuncio"),
    "ko": ("광고", "광고 닫기"),
    "ru": ("Реклама", "Закрыть рекламу"),
    "vi": ("Quảng cáo", "Đóng quảng cáo"),
    "th": ("โฆษณา", "ปิดโฆษณา"),
    "id": ("Iklan", "Tutup iklan"),
    "tr": ("Reklam", "Reklamı kapat"),
    "pl": ("Reklama", "Zamknij reklamę"),
    "ar": ("إعلان", "إغلاق الإعلان"),
    "nl": ("Advertentie", "Advertentie sluiten"),
}


@pytest.mark.parametrize("language", CLOSED)
def test_advertisements_that_are_closed(language: str) -> None:
    sign, close = CLOSED[language]
    screen = draw({"body": [sign], "buttons": [close]})
    found = classify(ScreenState(hierarchy=parse(screen), package=APP))
    assert found.kind is DialogKind.ADVERTISEMENT
    assert found.decline is not None and found.decline.text == close
