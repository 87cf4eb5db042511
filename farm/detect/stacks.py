"""Read Java stacks: which frames name somebody's code, and which names an obfuscator chose.

Knows no app and no SDK; who owns a class is for `parties` to say.
"""

import re

# Runtime and libraries through which everybody's calls pass: they are never the caller. Reflection
# and proxies are the runtime's own; what the farm puts into a process has no Java frames.
_WRAPPERS = (
    "android.", "androidx.", "com.android.internal.", "com.android.okhttp.", "com.android.org.",
    "com.android.server.", "com.android.volley.", "com.google.android.material.",
    "com.sun.", "dalvik.", "java.", "javax.", "jdk.", "libcore.", "sun.",
    "kotlin.", "kotlinx.", "scala.",  # languages and coroutines
    "com.squareup.okhttp.", "com.squareup.picasso.", "com.squareup.retrofit.", "io.netty.",
    "okhttp3.", "okio.", "org.apache.http.", "org.chromium.", "retrofit2.",  # network
    "bolts.", "com.google.common.", "dagger.", "io.reactivex.", "rx.",  # threads and wiring
    "coil.", "coil3.", "com.bumptech.glide.", "com.facebook.fresco.",
    "com.nostra13.universalimageloader.",  # images
    "butterknife.", "com.alibaba.fastjson.", "com.fasterxml.jackson.", "com.google.gson.",
    "com.google.protobuf.", "com.squareup.moshi.", "org.greenrobot.eventbus.", "org.json.",
)  # fmt: skip
_FRAME = re.compile(r"\s*(?:at )?(?:[\w.@]*/)*([\w$.-]+)\.([\w$<>-]+)\s*(?:\(|$)")
_PROXY = re.compile(r"(?:.*\.)?\$Proxy\d+(?:\$|$)")
_CHOSEN = re.compile(
    r"[a-zA-Z]{1,2}\d?|\d+|[a-zA-Z]\d[a-zA-Z]?|[^\x00-\x7f]+|[oO0]{3,}|[iIlL1]{3,}"
)
_MADE = re.compile(r"\$\$(?:ExternalSynthetic)?Lambda.*|\$\$Nest.*|-\$\$.*|\$\d+$|\$[a-z]{1,2}$")


def class_of(frame: str) -> str | None:
    """The class of a frame such as `com.example.Foo$1.run(Foo.java:12)`; None: no frame.

    A module or loader that a JVM puts in front (`java.base/`, `app//`) is left out.
    """
    found = _FRAME.match(frame[:1000])
    return found[1] if found else None


def is_wrapper(class_name: str) -> bool:
    """Whether the class belongs to the runtime or to a library that only hands calls on."""
    return class_name.startswith(_WRAPPERS) or _PROXY.match(class_name) is not None


def leads_to_wrapper(prefix: str) -> bool:
    """Whether such a library lies below the prefix, as Gson lies below `com.google`."""
    return any(one.startswith(prefix + ".") for one in _WRAPPERS)


def is_obfuscated(class_name: str) -> bool:
    """Whether an obfuscator chose the class's whole name, such as `a.b.c` or `c5.k0$a`."""
    return all(_CHOSEN.fullmatch(part) for part in plain_name(class_name).split("."))


def obfuscated_below(class_name: str, prefix: str) -> bool:
    """Whether what follows the prefix was chosen by an obfuscator: `com.vendor` + `.a.b`."""
    rest = plain_name(class_name)[len(prefix) :].strip(".")
    return bool(rest) and all(_CHOSEN.fullmatch(part) for part in rest.split("."))


def plain_name(class_name: str) -> str:
    """The class as it was written: without parts that compilers add for lambdas and the like."""
    return _MADE.sub("", class_name) or class_name
