"""Write what aapt compiles: an app's manifest, strings, ids and icon."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from PIL import Image, ImageDraw

from farm.twin.building.sample import Sample

_ID = re.compile(r"\bR\.id\.([a-z][a-z0-9_]*)")
_NAMESPACE = "http://schemas.android.com/apk/res/android"
_ICON_PIXELS = 96


def manifest_xml(sample: Sample) -> str:
    """The manifest as text."""
    permissions = "\n".join(
        f"<uses-permission android:name={quoteattr(name)}/>" for name in sample.full_permissions
    )
    application = (
        f"android:name={quoteattr(sample.application)} " if sample.application else ""
    ) + ('android:debuggable="true" ' if sample.debuggable else "")
    return f"""<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="{_NAMESPACE}" package={quoteattr(sample.package)}
    android:versionCode="{sample.version_code}"
    android:versionName={quoteattr(_aapt_escaped(sample.version_name))}>
  <uses-sdk android:minSdkVersion="{sample.min_sdk}"
    android:targetSdkVersion="{sample.target_sdk}"/>
  {permissions}
  <application {application}android:label="@string/app_name" android:icon="@drawable/ic_launcher">
    {_components(sample)}
  </application>
</manifest>
"""


def _components(sample: Sample) -> str:
    lines = []
    for index, name in enumerate(sample.activities):
        launcher = (
            '<intent-filter><action android:name="android.intent.action.MAIN"/>'
            '<category android:name="android.intent.category.LAUNCHER"/></intent-filter>'
        )
        exported = 'android:exported="true"' if index == 0 else 'android:exported="false"'
        lines.append(
            f"<activity android:name={quoteattr(name)} {exported}>"
            f"{launcher if index == 0 else ''}</activity>"
        )
    for name, process in sample.services.items():
        in_process = f" android:process={quoteattr(process)}" if process else ""
        lines.append(f"<service android:name={quoteattr(name)}{in_process}/>")
    for name, actions in sample.receivers.items():
        heard = "".join(f"<action android:name={quoteattr(each)}/>" for each in actions)
        lines.append(
            f'<receiver android:name={quoteattr(name)} android:exported="true">'
            f"<intent-filter>{heard}</intent-filter></receiver>"
        )
    for number, name in enumerate(sample.providers):
        authority = quoteattr(f"{sample.package}.provider{number}")
        lines.append(
            f"<provider android:name={quoteattr(name)} android:authorities={authority} "
            'android:exported="false"/>'
        )
    return "\n    ".join(lines)


def write_resources(sample: Sample, java: Sequence[Path], folder: Path) -> None:
    """Write the label, the ids that the sources name, and an icon into a `res` folder."""
    values = folder / "values"
    drawable = folder / "drawable"
    values.mkdir(parents=True)
    drawable.mkdir()
    ids = sorted({name for file in java for name in _ID.findall(file.read_text("utf-8"))})
    items = "".join(f'<item type="id" name="{name}"/>' for name in ids)
    label = _xml_escaped(_aapt_escaped(sample.label))
    (values / "values.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<resources><string name="app_name" formatted="false">{label}</string>{items}</resources>',
        encoding="utf-8",
    )
    (drawable / "ic_launcher.png").write_bytes(_icon(sample.package))


def _aapt_escaped(text: str) -> str:
    """As string resources need: quotes, backslashes and control characters escaped."""
    escaped = "".join(
        f"\\{c}"
        if c in "\"'\\"
        else "\\n"
        if c == "\n"
        else f"\\u{ord(c):04x}"
        if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or ord(c) in range(0x202A, 0x202F)
        else c
        for c in text
    )
    return f"\\{escaped}" if escaped[:1] in ("@", "?") else escaped


def _xml_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _icon(package: str) -> bytes:
    """A disc in a colour of the package's own."""
    hue = sum(package.encode()) * 37 % 360
    image = Image.new("RGBA", (_ICON_PIXELS, _ICON_PIXELS), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(image)
    drawing.ellipse((4, 4, _ICON_PIXELS - 4, _ICON_PIXELS - 4), fill=f"hsl({hue}, 60%, 50%)")
    drawing.rectangle((36, 36, 60, 60), fill="white")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
