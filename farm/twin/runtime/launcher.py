"""Start the operating system process of one app, named as the app's process is.

HotSpot finds its libraries relative to its launcher, and Frida names a process by its executable:
so each app process gets its own launcher file beside links to the JDK's `lib` and `conf`.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from farm.twin.runtime.clock_shim import build_clock_shim, clock_environment
from farm.twin.runtime.options import RuntimeOptions, find_java

_JVM_FLAGS = (
    "-Xms16m",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-Xmx128m",
    "-Xss512k",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    "-XX:-UsePerfData",
    "-XX:ReservedCodeCacheSize=32m",
    "-XX:CICompilerCount=1",
    "-Dfile.encoding=UTF-8",
    "-Djava.net.preferIPv4Stack=true",
)
_KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
_NAME_BYTES = 200  # a file name holds 255 bytes


class Launcher:
    """Starts app processes of one twin from launcher files below `folder`."""

    def __init__(self, folder: Path, options: RuntimeOptions) -> None:
        self._folder = folder
        self._options = options
        self._java = find_java(options)
        self._shim = build_clock_shim(options.build_folder)

    async def start(
        self, process_name: str, port: int, token: str, skew: tuple[int, float, int]
    ) -> "subprocess.Popen[bytes]":
        """Start the process; it connects to `port` and says `token`."""
        executable = await asyncio.to_thread(self._executable, process_name)
        arguments = [
            "-cp",
            str(self._options.runtime_jar),
            f"-Dtwin.port={port}",
            f"-Dtwin.token={token}",
            self._options.main_class,
        ]
        return self._fork(executable, arguments, token, skew)

    def _fork(
        self,
        executable: Path,
        arguments: list[str],
        token: str,
        skew: tuple[int, float, int],
    ) -> "subprocess.Popen[bytes]":
        environment = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
        environment |= clock_environment(skew)
        environment["LD_PRELOAD"] = str(self._shim)
        output = os.open(self.output_file(token), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            # Forked by the loop's own thread: PR_SET_PDEATHSIG fires when the forking thread ends.
            return subprocess.Popen(
                [str(executable), *_JVM_FLAGS, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C in the twin's terminal is not the apps' affair
            )
        finally:
            os.close(output)

    def output_file(self, token: str) -> Path:
        """Where the process's own standard output goes; its start names the reason of a failure."""
        return self._folder / f"{token[:16]}.log"

    def remove_output(self, token: str) -> None:
        """Forget the output of an ended process."""
        with contextlib.suppress(OSError):
            self.output_file(token).unlink()

    def _executable(self, process_name: str) -> Path:
        home = self._folder / "jvm"
        binary = home / "bin" / _file_name(process_name)
        if binary.exists():
            return binary
        binary.parent.mkdir(parents=True, exist_ok=True)
        for name in ("lib", "conf"):
            source = self._java.parent.parent / name
            if source.exists() and not (home / name).exists():
                with contextlib.suppress(FileExistsError):
                    (home / name).symlink_to(source.resolve())
        unfinished = binary.with_name(f".{os.getpid()}-{len(binary.name)}")
        try:
            os.link(self._java, unfinished)
        except OSError:  # another file system, or links protected
            shutil.copy2(self._java, unfinished)
        unfinished.replace(binary)
        return binary


def _file_name(process_name: str) -> str:
    """A process name as one path component: package names hold only letters, digits, `._:`."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._:-") else "_" for c in process_name)
    return kept.lstrip(".")[:_NAME_BYTES] or "app"
