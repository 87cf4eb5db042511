package com.example.crashy;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Context;
import android.content.SharedPreferences;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.provider.Settings;
import com.example.kit.Http;
import com.example.kit.Ui;

/**
 * Dies two seconds after the answer, before it kept it. At its next start it reports the crash with
 * the Android ID, ahead of the dialog that comes again.
 */
public class MainActivity extends Activity {
    private static final String DIED = "died";
    private SharedPreferences state;

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        state = getSharedPreferences("state", Context.MODE_PRIVATE);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "欢迎使用快剪视频")));
        if (state.getBoolean(DIED, false)) {
            reportCrash();
        }
        new AlertDialog.Builder(this)
                .setTitle("用户协议和隐私政策")
                .setMessage("欢迎使用快剪视频！请您阅读《用户协议》和《隐私政策》，同意后即可使用全部功能。")
                .setCancelable(false)
                .setNegativeButton("不同意", (dialog, which) -> edit("基础模式"))
                .setPositiveButton("同意并继续", (dialog, which) -> edit("全部功能"))
                .show();
    }

    private void edit(String mode) {
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "剪辑工作台"),
                Ui.text(this, R.id.mode, mode, 14),
                Ui.button(this, R.id.btn_import, "导入视频", this::die),
                Ui.button(this, R.id.btn_templates, "模板", () -> { })));
        if (!state.getBoolean(DIED, false)) {
            new Handler(Looper.getMainLooper()).postDelayed(this::die, 2000);
        }
    }

    private void die() {
        state.edit().putBoolean(DIED, true).commit();
        String[] tracks = new String[0];
        Http.get("https://api.crashy.example/v1/tracks/" + tracks[0]);
    }

    private void reportCrash() {
        String id = Settings.Secure.getString(getContentResolver(), Settings.Secure.ANDROID_ID);
        Http.postForm("https://report.bugs.example/v1/crash", "device=" + id + "&type=java");
    }
}
