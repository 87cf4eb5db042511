"""Test accounts: where they come from, and that no recording shows them."""

import io
from pathlib import Path

import pytest
from PIL import Image

from farm.explore.binding import MASK
from farm.explore.hints import Hints, Login, load_hints
from farm.explore.loader import load
from farm.explore.run import Run
from farm.explore.secrets import Account, SecretStore
from farm.explore.selectors import Selector
from farm.model.errors import SetupError, UsageError
from farm.model.events import Expectation
from tests.explore.fake_phone import FAST, HOME, Diary, Next, Phone
from tests.explore.screens import node, page

USER, PASSWORD = "tester-7781", 'Geh<"eim&42'


def _file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "accounts.yaml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_environment_comes_before_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path, "shop: {user: a, password: b}\nother-one: {user: c, password: d}\n")
    environment = {"FARM_ACCOUNT_SHOP_USER": "x", "FARM_ACCOUNT_SHOP_PASSWORD": "y"}
    store = SecretStore(file, environment)
    assert store.account("shop") == Account(user="x", password="y")
    assert store.account("other-one") == Account(user="c", password="d")
    assert "x" not in repr(store.account("shop")).replace("Account", "")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    store = SecretStore(_file(tmp_path, "shop: {user: a, password: b}\n", mode), {})
    with pytest.raises(SetupError, match="chmod 600"):
        store.account("shop")


def test_an_error_never_shows_a_secret(tmp_path: Path) -> None:
    for text in ("shop: {user: a, pasword: topsecret}\n", "shop: [topsecret\n"):
        with pytest.raises(SetupError) as caught:
            SecretStore(_file(tmp_path, text), {}).account("shop")
        assert "topsecret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_unknown_accounts(tmp_path: Path) -> None:
    store = SecretStore(tmp_path / "none.yaml", {})
    with pytest.raises(UsageError, match="FARM_ACCOUNT_SHOP_USER"):
        store.account("shop")
    with pytest.raises(UsageError, match="lower-case"):
        store.account("../shop")


def _form(user: str, password: str) -> str:
    return page(
        node(text="登录", bounds=(60, 100, 400, 180)),
        node("EditText", user, resource="a:id/user", bounds=(60, 300, 1020, 400), clickable=True),
        node(
            "EditText",
            password,
            resource="a:id/password",
            bounds=(60, 500, 1020, 600),
            clickable=True,
            password=True,
        ),
        node("Button", "提交", bounds=(60, 800, 1020, 900), clickable=True),
    )


class _LoginPhone(Phone):
    """Shows what is typed, in the clear: the worst an app can do."""

    def __init__(self, moves: dict[str, Next] | None = None) -> None:
        super().__init__(_form("", ""), moves=moves or {})
        self.typed: list[str] = []

    async def type_text(self, text: str) -> None:
        self.typed.append(text)
        self.shown = _form(*[*self.typed, "", ""][:2])

    async def screenshot(self) -> bytes:
        picture = Image.new("RGB", (1080, 2340), "white")
        data = io.BytesIO()
        picture.save(data, "PNG")
        return data.getvalue()


HINTS = Hints(
    login=Login(
        account="shop",
        user=Selector(id="user"),
        password=Selector(id="password"),
        submit=Selector(text="提交"),
        done=Selector(text="我的订单"),
    )
)


async def test_nothing_that_is_recorded_holds_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(f"shop: {{user: {USER}, password: '{PASSWORD}'}}\n")
    file.chmod(0o600)
    welcome = page(node(text=f"你好 {USER}"), node(text="我的订单", bounds=(60, 300, 500, 400)))
    phone = _LoginPhone({"提交": welcome})
    diary = Diary()
    run = Run(
        driver=phone,
        journal=diary,
        app=phone,
        policy=FAST,
        hints=HINTS,
        secrets=SecretStore(file, {}),
    )
    assert await run.app.log_in()
    assert phone.typed == [USER, PASSWORD]
    await run.screen.observe(keep=True)
    run.expect.that("greets", True, f"says {USER}")
    recorded = repr(diary.bodies) + "".join(
        data.decode() for name, data in diary.files.items() if name.endswith(".xml")
    )
    for secret in (USER, PASSWORD, "Geh&lt;&quot;eim&amp;42"):
        assert secret not in recorded
    assert MASK in recorded
    assert diary.held("test_account_logs_in") == [True]
    pictures = [data for name, data in diary.files.items() if name.endswith(".png")]
    assert pictures
    with Image.open(io.BytesIO(pictures[-1])) as last:  # the greeting is covered, the rest is not
        assert last.getpixel((500, 850)) == (0, 0, 0)
        assert last.getpixel((500, 2000)) == (255, 255, 255)


async def test_a_picture_of_an_unreadable_screen_is_covered_whole(tmp_path: Path) -> None:
    phone = _LoginPhone()
    diary = Diary()
    run = Run(driver=phone, journal=diary, app=phone, policy=FAST)
    run._journal.add(PASSWORD)
    phone.shown = ""
    await run.screen.observe(keep=True)
    pictures = [data for name, data in diary.files.items() if name.endswith(".png")]
    with Image.open(io.BytesIO(pictures[-1])) as last:
        assert last.getextrema() == ((0, 0), (0, 0), (0, 0))


async def test_log_in_without_hints_is_a_mistake_of_the_script() -> None:
    phone = Phone(HOME)
    diary = Diary()
    run = Run(driver=phone, journal=diary, app=phone, policy=FAST)

    async def script(app: object) -> None:
        await run.app.log_in()

    assert not await run.play(script)
    failed = [each for each in diary.bodies if isinstance(each, Expectation)]
    assert "hints have no `login`" in failed[-1].detail


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("selectors: {a: {txt: x}}", "txt"),
        ("selectors: {a: {}}", "expected text"),
        ("selectors: {a: {text: x, index: -1}}", "index"),
        ("paths: {policy: [nowhere]}", "no selector is named 'nowhere'"),
        ("selectors: [", ": not YAML"),
        ("login: {account: x}", "user"),
        ("- a", "object"),
    ],
)
def test_wrong_hints(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "app.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_hints(path)
    assert str(caught.value).startswith(str(path)) and part in str(caught.value)


SECRET_SCENARIO = """
from farm.scenario import Screen, Secret, Step, scenario


@scenario(title="Enter a code")
async def enter(screen: Screen, step: Step, code: Secret = Secret(""), shop: str = "") -> None:
    async with step(f"enter {code} of {shop}"):
        await screen.type(code, kind="EditText")
        await screen.observe(keep=True)
"""


async def test_a_secret_parameter_reaches_the_app_and_no_recording(tmp_path: Path) -> None:
    (tmp_path / "enter.py").write_text(SECRET_SCENARIO)
    scenario = load(tmp_path / "enter.py").bound({"code": PASSWORD, "shop": "books"})
    assert scenario.options == {"scenario.code": MASK, "scenario.shop": "books"}
    assert [each.kind for each in scenario.signature.parameters] == ["a secret text", "text"]
    phone = Phone(page(node("EditText", PASSWORD, clickable=True)))
    diary = Diary()
    run = Run(driver=phone, journal=diary, app=phone, policy=FAST)
    assert await run.play(scenario.function, scenario.values)
    assert f"text {PASSWORD}" in phone.taps
    recorded = repr(diary.bodies) + "".join(
        data.decode("utf-8", "replace") for data in diary.files.values()
    )
    assert "enter ••• of books" in recorded
    assert "Geh" not in recorded and "eim&amp;42" not in recorded
