"""Whether a dialog makes refusing harder to see than agreeing: sizes and contrasts, compared.

States measures and what is remarkable about them; whether that breaks a rule is not said here.
Thresholds: WCAG 2.1 1.4.3 (contrast 4.5, large text 3); "same size and prominence" is asked by
CNIL's recommendation on cookies (2020-092) and the EDPB's guidelines 03/2022 on dark patterns.
"""

from farm.explore.dialogs.values import Recognised
from farm.explore.pictures.contrast import Prominence

_SMALLER = 0.5  # of the other button's area
_FAINT = 3.0  # contrast below which large text is hard to read
_FAINTER = 0.5  # of the other button's contrast


def remarks(
    recognised: Recognised, accept: Prominence | None, decline: Prominence | None
) -> list[str]:
    """What is remarkable about the two buttons, with the figures; English."""
    found: list[str] = []
    if recognised.preticked:
        found.append("the box was ticked beforehand")
    if accept is None:
        return found
    if decline is None:
        return [*found, "agreeing has a button, refusing has none"]
    if decline.area < _SMALLER * accept.area:
        found.append(f"the refusal is {accept.area / max(decline.area, 1):.1f} times smaller")
    if decline.contrast and accept.contrast:
        if decline.contrast < _FAINT:
            found.append(f"the refusal's words have a contrast of {decline.contrast:.1f} only")
        elif decline.contrast < _FAINTER * accept.contrast:
            found.append(
                f"the refusal's words have a contrast of {decline.contrast:.1f}, "
                f"the agreement's of {accept.contrast:.1f}"
            )
    return found
