"""Check digits and ranges of numbers that stand for a person, a phone or a card.

Pure arithmetic from the standards named; whether a number is *this* phone's is decided elsewhere.
"""

import datetime
import ipaddress

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
# First two digits of GB/T 2260: provinces, autonomous regions, municipalities, SARs, and 83 for
# residence permits of Taiwan residents.
_PROVINCES = frozenset(
    {"11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"}
    | {"41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64"}
    | {"65", "71", "81", "82", "83"}
)
# Number segments that the MIIT has given to mobile networks; 14x without the data-only 140-144
# (which belong to machines) and without 10 and 12.
_MOBILE_SEGMENTS = frozenset(
    {str(n) for n in range(130, 140)}
    | {str(n) for n in range(145, 150)}
    | {str(n) for n in range(150, 160) if n != 154}
    | {"162", "165", "166", "167"}
    | {str(n) for n in range(170, 179)}
    | {str(n) for n in range(180, 190)}
    | {"190", "191", "192", "193", "195", "196", "197", "198", "199"}
)
_CHINA = "460"
_MOBILE_COUNTRY_FIRST = frozenset("234567")


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1, annex B."""
    if not digits.isascii() or not digits.isdigit() or len(digits) < 2:
        return False
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def luhn_digit(digits: str) -> str:
    """The check digit that belongs behind `digits`."""
    return next(digit for digit in "0123456789" if luhn(digits + digit))


def is_imei(text: str) -> bool:
    """15 digits with check digit (3GPP TS 23.003, clause 6.2.1), of a reporting body in use."""
    return (
        len(text) == 15
        and text[:2] in {"01", "35", "86", "91", "98", "99"}
        and len(set(text)) > 3
        and luhn(text)
    )


def is_meid(text: str) -> bool:
    """14 hexadecimal digits of which the first is A to F (3GPP2 S.R0048-A, clause 2.2)."""
    return (
        len(text) == 14
        and text[0] in "AaBbCcDdEeFf"
        and all(character in "0123456789abcdefABCDEF" for character in text)
        and len(set(text.lower())) > 4
    )


def is_resident_id(text: str) -> bool:
    """Number of a Chinese identity card: place, date of birth, ISO 7064 MOD 11-2 (GB 11643)."""
    if len(text) != 18 or not text[:17].isascii() or not text[:17].isdigit():
        return False
    if text[:2] not in _PROVINCES:
        return False
    try:
        born = datetime.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    if not 1880 <= born.year <= 2060:
        return False
    return resident_check(text[:17]) == text[17].upper()


def resident_check(digits: str) -> str:
    """The check character behind the first 17 digits (GB 11643-1999, clause 4.2.4)."""
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, _RESIDENT_WEIGHTS, strict=True)
    )
    return _RESIDENT_CHECKS[total % 11]


def is_mobile_number(text: str) -> bool:
    """A Chinese mobile number, 11 digits of a segment in use (MIIT numbering plan)."""
    return len(text) == 11 and text.isdigit() and text[:3] in _MOBILE_SEGMENTS


def is_iccid(text: str) -> bool:
    """Number of a SIM: 89, country, 19 or 20 digits, Luhn (ITU-T E.118).

    Cards of China (8986) carry 20 digits of which operators do not all make the last a check
    digit, and may hold letters; only those with a sound check digit are taken.
    """
    return len(text) in {19, 20} and text.startswith("89") and luhn(text)


def is_imsi(text: str) -> bool:
    """15 digits that begin with a country in use; China's with one of its networks (E.212)."""
    if len(text) != 15 or not text.isdigit() or text[0] not in _MOBILE_COUNTRY_FIRST:
        return False
    if len(set(text)) < 4:
        return False
    return not text.startswith(_CHINA) or int(text[3:5]) <= 20


def is_bank_card(text: str) -> bool:
    """13 to 19 digits of an issuer range of payment cards, Luhn (ISO/IEC 7812-1).

    62: UnionPay, 4: Visa, 51 to 55 and 2221 to 2720: Mastercard, 34 and 37: American Express,
    3528 to 3589: JCB, 60: Discover and old debit cards of Chinese banks.
    """
    if not text.isdigit() or not 13 <= len(text) <= 19 or not luhn(text) or len(set(text)) < 4:
        return False
    if text.startswith("62"):
        return 16 <= len(text) <= 19
    if text[0] == "4":
        return len(text) in {13, 16, 19}
    if text.startswith(("34", "37")):
        return len(text) == 15
    four = int(text[:4])
    long = len(text) == 16
    return long and (
        5100 <= four <= 5599 or 2221 <= four <= 2720 or 3528 <= four <= 3589 or 6000 <= four <= 6099
    )


def is_hardware_address(text: str) -> bool:
    """An EUI-48 with separators, of one interface: not broadcast, not a group address (I/G bit)."""
    bare = text.replace(":", "").replace("-", "")
    if len(bare) != 12 or len(set(bare.lower())) < 4:
        return False
    try:
        first = int(bare[:2], 16)
        int(bare, 16)
    except ValueError:
        return False
    return not first & 1


def is_global_address(text: str) -> bool:
    """An IP address that the internet routes, not one of a home or of nobody."""
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False
