"""Reading the phone's clock: what is asked of the phone, and what its answer says."""

import re

CLOCK_COMMAND = ("date", "+%s%N")


def read_date(output: str) -> tuple[int, int] | None:
    """Return `(time ns, resolution ns)` of `date +%s%N`, None if it is none.

    Toybox before Android 7 and toolbox print the letter N, or nothing, for %N: then only whole
    seconds are known, and the true time lies up to the resolution later.
    """
    found = re.fullmatch(r"(\d{9,11})(\d{9})?N?", output.strip())
    if found is None:
        return None
    if found[2] is None:
        return int(found[1]) * 10**9, 10**9
    return int(found[1]) * 10**9 + int(found[2]), 1
