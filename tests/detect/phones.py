"""Phones and findings that several files here look at."""

from farm.model.events import PhoneIdentity
from farm.model.finding import Finding
from farm.model.vocabulary import (
    DataType,
    Level,
    Stream,
)
from tests.detect.builders import IMEI, Scene

MAKER = "data.maker-of-phones.example"
SERIAL = "R58N31LQ7ZT"


def sent(findings: list[Finding]) -> list[DataType]:
    return [one.data_type for one in findings if one.level is not Level.ACCESSED]


def phone_with(data_type: DataType, value: str) -> Scene:
    scene = Scene().begin()
    scene.add(
        Stream.DEVICE,
        50,
        PhoneIdentity(data_type=data_type, value=value, how="read", name="asked"),
    )
    return scene


def collects(scene: Scene, at: float) -> Scene:
    scene.call(at)
    scene.flow(at + 100, MAKER, path=f"/?imei={IMEI}")
    return scene
