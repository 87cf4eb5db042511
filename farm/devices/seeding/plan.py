"""What a session plants: people, an appointment, a message, a photo, a text, a way to walk.

Everything is drawn from the session's token, so that no two sessions share a value and a match in
a flow cannot be chance. Pure: touches no phone.
"""

import hashlib
import random
import re
import secrets

import msgspec

from farm.devices.seeding.places import TRACK_POINTS, Place, far_from, start, walk

_TOKEN = re.compile(r"[0-9a-f]{32}")
_MARK = 16  # hexadecimal digits: nothing of the user's own holds one by accident
_CODE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no characters that look alike

UNASSIGNED = ("154", "161", "163", "164", "169", "194")
"""First digits of mobile numbers in form that belong to nobody: these segments are given to no
operator (MIIT, numbering plan of the telecommunication networks, 2017 edition and later grants)."""

_DIFFERENT = 7
"""Different digits among the last eight: a number with few says too little to be told alone."""

_FAMILY = "欧阳 上官 司徒 诸葛 慕容 令狐 端木 东方 南宫 夏侯"
_GIVEN = "澜汐 砚秋 霁川 芷若 珩舟 彧宁 岚溪 翊辰 沐遥 栩然 昀泽 漪君"
_STREETS = "槐荫 听涧 望杉 竹笙 栖霞 问渠 临汀 枕石"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the address book."""

    name: str
    number: str  # 11 digits


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the calendar, some days ahead."""

    title: str
    place: str
    days_ahead: int


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A text message in the inbox."""

    sender: str
    body: str


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A picture with the place where it was taken and an identifier of its own (EXIF)."""

    name: str
    unique_id: str  # EXIF ImageUniqueID: 32 hexadecimal digits
    place: Place
    noise: int  # seed of what is to be seen on it


class SeedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """All values of one session."""

    token: str
    contacts: list[Contact]
    appointment: Appointment
    message: Message
    photo: Photo
    clipboard: str
    track: list[Place]


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """By what planted rows and files are found again, whatever else the plan made of the token."""

    contacts: str  # prefix of RawContacts.SOURCE_ID
    calendar: str  # the account of a calendar of the farm's own
    message: str  # stands in the body
    photo: str  # the file's name


def new_token() -> str:
    """A token nobody else has: 128 random bits."""
    return secrets.token_hex(16)


def is_token(text: str) -> bool:
    """Whether a text has a token's form, and so may stand in a condition or a path."""
    return _TOKEN.fullmatch(text) is not None


def marks_of(token: str) -> Marks:
    """The marks of a token.

    Raises:
        ValueError: it is none.
    """
    if not is_token(token):
        raise ValueError(f"no token of a session: {token[:40]!r}")
    # Each of its own: a mark met in a flow belongs to one kind of data.
    contacts, calendar, message, photo = (
        hashlib.sha256(f"{kind} {token}".encode()).hexdigest()[:_MARK]
        for kind in ("contacts", "calendar", "message", "photo")
    )
    return Marks(
        contacts=contacts,
        calendar=calendar,
        message=message.upper(),
        photo=f"IMG_{photo.upper()}.jpg",
    )


def make_plan(token: str) -> SeedPlan:
    """The values that belong to a token.

    Raises:
        ValueError: it is none.
    """
    marks = marks_of(token)
    pick = random.Random(token)  # noqa: S311 - spreads the token's own randomness, no secret
    families, given = _FAMILY.split(), _GIVEN.split()

    def code(length: int) -> str:
        return "".join(pick.choice(_CODE) for _ in range(length))

    def number() -> str:
        while True:
            last = "".join(pick.choice("0123456789") for _ in range(8))
            if len(set(last)) >= _DIFFERENT:
                return pick.choice(UNASSIGNED) + last

    contacts = [
        Contact(name=f"{family}{name}-{code(7)}", number=number())
        for family, name in zip(pick.sample(families, 2), pick.sample(given, 2), strict=True)
    ]
    street = pick.choice(_STREETS.split())
    begin = start(pick)
    return SeedPlan(
        token=token,
        contacts=contacts,
        appointment=Appointment(
            title=f"复诊 {code(9)}",
            place=f"{street}路{pick.randint(100, 999)}号 {code(7)}",
            days_ahead=pick.randint(2, 9),
        ),
        message=Message(
            sender=number(),
            body=f"【驿站】您的包裹已到{street}路站，取件码{code(8)}，单号{marks.message}",
        ),
        photo=Photo(
            name=marks.photo,
            unique_id="".join(pick.choice("0123456789abcdef") for _ in range(32)),
            place=far_from(begin, pick),
            noise=pick.getrandbits(32),
        ),
        clipboard=f"备忘 {code(6)}-{code(6)}-{code(6)}",
        track=walk(begin, TRACK_POINTS, pick),
    )
