"""The table of signatures is what the published stubs say, level by level."""

from pathlib import Path

from farm.recorders.api.entry import Api
from tests.hooks.tables.__main__ import Tables

STUB = """
import java.lang

class Phone(android.os.Base):
    NAME: typing.ClassVar[str] = ...
    owner: Owner = ...
    @typing.overload
    def id(self) -> str: ...
    @typing.overload
    def id(self, slot: int | java.jint | java.lang.Integer, /) -> str: ...
    @staticmethod
    def all(keys: java.chaquopy.JavaArray[java.lang.String], data: java.chaquopy.JavaArrayJByte, /) -> java.util.List[Phone.Card]: ...
    def size(self) -> int: ...
    def fresh(self, uri: android.net.Uri, /) -> None: ...
    class Card(java.lang.Object):
        def number(self) -> str: ...

class Owner(java.lang.Object):
    name: str = ...
"""  # noqa: E501
NEW = """
declare module android {
  export module os {
    export class Phone extends android.os.Base {
      /** @since 23 */
      public id(slot: number): string;
      public id(): string;
      public static all(keys: androidNative.Array<string>, data: androidNative.Array<number>): java.util.List<android.os.Phone.Card>;
      public size(): number;
      /** @since 31
       *  @deprecated Deprecated in API 33 */
      public fresh(uri: android.net.Uri): void;
    }
    export module Phone {
      export class Card extends java.lang.Object {
        public number(): string;
      }
    }
    export class Listener extends java.lang.Object {
      /**
       * Constructs a new instance of the android.os.Listener interface.
       */
      public constructor(implementation: {
        heard(): void;
      });
    }
  }
}
"""  # noqa: E501
OLD = """
declare module android {
  export module os {
    export class Phone extends android.os.Base {
      public id(): string;
      public gone(names: native.Array<string>): number;
      public static all(keys: native.Array<string>, data: native.Array<number>): java.util.List<android.os.Phone.Card>;
      public size(): number;
    }
  }
}
"""  # noqa: E501


def entry(method: str, **more: object) -> Api:
    plain: dict[str, object] = {
        "id": "x", "class_": "android.os.Phone", "method": method, "levels": "17-",
        "permission": "", "data_type": "imei", "values": [], "source": ["AOSP"], "reason": "x",
    }  # fmt: skip
    return Api(**(plain | more))  # type: ignore[arg-type]


def table(folder: Path) -> str:
    stubs = folder / "stubs" / "android-stubs" / "os"
    stubs.mkdir(parents=True)
    (stubs / "__init__.pyi").write_text(STUB)
    new, old = folder / "new", folder / "old"
    new.mkdir()
    old.mkdir()
    (new / "android-platform-21-37-merged.d.ts").write_text(NEW)
    for level in range(17, 30):
        there = OLD if level < 29 else OLD.replace("public gone(", "// public gone(")
        (old / f"android-platform-{level}.d.ts").write_text(there)
    return Tables(folder / "stubs", new, old).text([entry("id"), entry("all")])


def test_rows_have_exact_types_and_the_levels_of_each_overload(tmp_path: Path) -> None:
    rows = table(tmp_path).splitlines()
    phone = rows[: rows.index("type class android.net.Uri")]
    assert phone == [
        "class android.os.Phone extends android.os.Base",
        "  java.lang.String id() 17-",
        "  java.lang.String id(int) 23-",
        "  number gone(java.lang.String[]) 17-28",
        "  number size() 17-",
        "  static java.util.List<android.os.Phone$Card> all(java.lang.String[], byte[]) 17-",
        "  void fresh(android.net.Uri) 31-",
        "  field android.os.Owner owner",
    ]


def test_types_that_are_only_referred_to_are_listed_by_kind(tmp_path: Path) -> None:
    rows = table(tmp_path).splitlines()
    assert "type class android.os.Owner" in rows
    assert "type class android.os.Phone$Card" in rows
    assert not any("java.util.List" in row for row in rows if row.startswith("type"))
