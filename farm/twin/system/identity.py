"""Makes up who a phone is from a seed: identifiers that are valid in form and nobody's."""

import random

from farm.twin.contracts import Identity

TEST_TAC = "00440152"
"""Type allocation code of test equipment: 00 is the reporting body for test IMEIs (3GPP 23.003)."""


def luhn_digit(digits: str) -> str:
    """The check digit of an IMEI or ICCID (ISO/IEC 7812-1, annex B)."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        number = int(char) * (2 if index % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


def make_identity(seed: int, mac_prefix: str = "02:00:00") -> Identity:
    """The identity that belongs to a seed; equal seeds give equal phones."""
    # A generator for repeatable test phones, nothing secret.
    pick = random.Random(f"twin-{seed}")  # noqa: S311

    def digits(count: int) -> str:
        return "".join(pick.choice("0123456789") for _ in range(count))

    def hexadecimal(count: int) -> str:
        return "".join(pick.choice("0123456789abcdef") for _ in range(count))

    def mac(prefix: str) -> str:
        return prefix + "".join(f":{pick.randrange(256):02x}" for _ in range(3))

    def uuid() -> str:
        raw = hexadecimal(32)
        return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"

    def imei() -> str:
        body = TEST_TAC + digits(6)
        return body + luhn_digit(body)

    iccid = "898600" + digits(13)
    names = pick.sample(["张伟", "王芳", "李娜", "刘洋", "陈静", "杨帆", "赵磊", "Anna Berg"], 4)
    return Identity(
        imei=imei(),
        imei2=imei(),
        meid="A00000" + hexadecimal(8).upper(),
        imsi="46000" + digits(10),
        iccid=iccid + luhn_digit(iccid),
        phone_number="+86170" + digits(8),
        serial=hexadecimal(8),
        android_id=hexadecimal(16),
        oaid=uuid(),
        advertising_id=uuid(),
        wifi_mac=mac(mac_prefix),
        bluetooth_mac=mac(mac_prefix),
        wifi_ssid=f"Lab-{digits(4)}",
        wifi_bssid=mac("02:1a:11"),
        latitude=round(39.90 + pick.uniform(-0.05, 0.05), 6),
        longitude=round(116.40 + pick.uniform(-0.05, 0.05), 6),
        operator="46000",
        contacts=[(name, "170" + digits(8)) for name in names],
        messages=[("10690" + digits(5), f"【测试】验证码 {digits(6)}，请勿告诉他人。")],
        clipboard=f"clip-{hexadecimal(6)}",
    )
