"""Values of an invented phone, different in every session."""

import random
import string

from farm.model.vocabulary import DataType

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰晓岚思远子涵"
_OUI = ("A4:50:46", "64:CC:2E", "F8:A4:5F", "34:80:B3", "9C:2E:A1", "D4:97:0B")
_TAC = ("86153603", "86803004", "35209900", "86442005", "86778403")


def luhn_digit(digits: str) -> str:
    """The check digit, by the textbook and not by the code under test."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        doubled = int(character) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def digits(dice: random.Random, count: int) -> str:
    """Random decimal digits."""
    return "".join(dice.choice(string.digits) for _ in range(count))


def hexadecimal(dice: random.Random, count: int) -> str:
    """Random lower-case hexadecimal digits."""
    return "".join(dice.choice("0123456789abcdef") for _ in range(count))


def uuid(dice: random.Random) -> str:
    """A random UUID."""
    text = hexadecimal(dice, 32)
    return "-".join((text[:8], text[8:12], "4" + text[13:16], "a" + text[17:20], text[20:]))


def imei(dice: random.Random) -> str:
    """An IMEI with its check digit."""
    body = dice.choice(_TAC) + digits(dice, 6)
    return body + luhn_digit(body)


def mac(dice: random.Random) -> str:
    """A hardware address of a known maker."""
    rest = ":".join(hexadecimal(dice, 2) for _ in range(3)).upper()
    return f"{dice.choice(_OUI)}:{rest}"


def value(data_type: DataType, dice: random.Random) -> list[str]:
    """What a call of this type hands over."""
    position = f"{dice.uniform(22, 41):.6f},{dice.uniform(102, 121):.6f}"
    name = dice.choice(_SURNAMES) + "".join(dice.sample(_GIVEN, 2))
    simple = {
        DataType.IMEI: lambda: imei(dice),
        DataType.ANDROID_ID: lambda: hexadecimal(dice, 16),
        DataType.OAID: lambda: uuid(dice),
        DataType.ADVERTISING_ID: lambda: uuid(dice),
        DataType.IMSI: lambda: "46000" + digits(dice, 10),
        DataType.ICCID: lambda: "898600" + digits(dice, 14),
        DataType.SERIAL: lambda: hexadecimal(dice, 12),
        DataType.WIFI_MAC: lambda: mac(dice),
        DataType.WIFI_BSSID: lambda: mac(dice).lower(),
        DataType.WIFI_SSID: lambda: f"Home-{hexadecimal(dice, 10)}",
        DataType.PHONE_NUMBER: lambda: "1" + dice.choice("358") + digits(dice, 9),
        DataType.LOCATION: lambda: position,
        DataType.CONTACTS: lambda: f"{name} {digits(dice, 3)}-{hexadecimal(dice, 8)}",
        DataType.CLIPBOARD: lambda: f"{name}的快递取件码是{digits(dice, 6)}，请到东门领取",
        DataType.ACCOUNTS: lambda: f"{hexadecimal(dice, 9)}@mail.example",
        DataType.SMS: lambda: f"【某银行】验证码{digits(dice, 6)}，{name}您好",
    }
    if data_type is DataType.INSTALLED_APPS:
        return [f"com.{hexadecimal(dice, 6)}.{hexadecimal(dice, 5)}" for _ in range(5)]
    return [simple[data_type]()]


TEXTS = frozenset({DataType.CONTACTS, DataType.CLIPBOARD, DataType.SMS})
"""Types whose values hold Chinese text."""

KEYS = {
    DataType.IMEI: "imei",
    DataType.ANDROID_ID: "android_id",
    DataType.OAID: "oaid",
    DataType.ADVERTISING_ID: "gaid",
    DataType.IMSI: "imsi",
    DataType.ICCID: "iccid",
    DataType.SERIAL: "serial",
    DataType.WIFI_MAC: "mac",
    DataType.WIFI_BSSID: "bssid",
    DataType.WIFI_SSID: "ssid",
    DataType.PHONE_NUMBER: "phone",
    DataType.LOCATION: "location",
    DataType.CONTACTS: "contact",
    DataType.CLIPBOARD: "clip",
    DataType.ACCOUNTS: "account",
    DataType.SMS: "sms",
    DataType.INSTALLED_APPS: "apps",
}
"""What an honest app calls the field."""
