"""What a twin's runtime is given from outside: Java, the runtime jar and the world's servers.

Values and their checked reading only.
"""

from pathlib import Path

import msgspec

from farm.model.errors import SetupError, UsageError
from farm.paths import BUILD
from farm.twin.runtime.java import choose_java
from farm.twin.runtime.java_image import link_java

Routes = dict[str, tuple[str, int]]


class RuntimeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How one twin runs apps and what its network can reach.

    `routes` maps `host` or `host:port` to the local server that plays it; `*.host` covers its
    subdomains. `world_certificates` are PEM texts of the authorities of these servers: part of
    every phone's system store.
    """

    runtime_jar: Path
    routes: Routes = {}
    world_certificates: list[str] = []
    java: str = ""  # a launcher; empty: the best that can be hooked
    build_folder: Path = BUILD
    main_class: str = "com.android.internal.os.AppProcess"
    start_seconds: float = 30.0  # until a new process must have attached


def load_routes(path: Path) -> Routes:
    """Read `{"host": ["127.0.0.1", 8443], ...}`.

    Raises:
        UsageError: the file is missing or says something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Routes)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise UsageError(
            f'{path}: expected an object of "host": ["address", port]; {error}'
        ) from None


def find_java(options: RuntimeOptions) -> Path:
    """The real path of the Java launcher: the one asked for, else the best that can be hooked.

    The best is linked anew with only what apps need, which takes seconds the first time.

    Raises:
        SetupError: there is none.
    """
    if not options.java:
        return link_java(choose_java(), options.build_folder)
    if not Path(options.java).exists():
        raise SetupError(f"{options.java}: no such Java launcher")
    return Path(options.java).resolve()
