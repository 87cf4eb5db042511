"""A booted runtime with one small app on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from farm.twin.building.runtime_jar import build_runtime_jar
from farm.twin.runtime.options import RuntimeOptions
from farm.twin.runtime.runtime import Runtime
from tests.twin.runtime.phone import SmallPhone, pack_app

APP = """
package com.example.app;

import android.app.Activity;
import android.os.Bundle;
import android.widget.*;

public class Main extends Activity {
    static long loaded = System.currentTimeMillis();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        android.util.Log.i("Main", "onCreate " + System.currentTimeMillis());
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        TextView text = new TextView(this);
        text.setText("你好，世界");
        EditText field = new EditText(this);
        Button ask = new Button(this);
        ask.setText("请求权限");
        ask.setOnClickListener(v -> requestPermissions(
                new String[] {"android.permission.READ_PHONE_STATE"}, 7));
        Button crash = new Button(this);
        crash.setText("崩溃");
        crash.setOnClickListener(v -> { throw new IllegalStateException("as wished"); });
        column.addView(text);
        column.addView(field);
        column.addView(ask);
        column.addView(crash);
        setContentView(column);
    }

    @Override
    public void onRequestPermissionsResult(int code, String[] names, int[] results) {
        android.util.Log.i("Main", "result " + code + " " + results[0]);
    }
}
"""


@pytest.fixture(scope="session")
def runtime_jar() -> Path:
    return build_runtime_jar()


@pytest.fixture(scope="session")
def small_apk(tmp_path_factory: pytest.TempPathFactory, runtime_jar: Path) -> Path:
    return pack_app(tmp_path_factory.mktemp("app"), APP, runtime_jar, {})


@pytest.fixture
async def phone(tmp_path: Path, small_apk: Path) -> AsyncIterator[SmallPhone]:
    small = SmallPhone(tmp_path)
    small.install(small_apk, permissions=("android.permission.READ_PHONE_STATE",))
    yield small
    small.close()


@pytest.fixture
async def runtime(phone: SmallPhone, runtime_jar: Path) -> AsyncIterator[Runtime]:
    running = Runtime(phone, RuntimeOptions(runtime_jar=runtime_jar))
    await running.boot()
    yield running
    await running.shutdown()
