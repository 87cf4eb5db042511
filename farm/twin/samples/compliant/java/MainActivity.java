package com.example.compliant;

import android.app.Activity;
import android.app.AlertDialog;
import android.os.Bundle;
import android.provider.Settings;
import com.example.kit.Choice;
import com.example.kit.Http;
import com.example.kit.Ui;

/** Asks first; afterwards registers the device with its own server, as its policy says. */
public class MainActivity extends Activity {
    private Choice choice;

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        choice = new Choice(this);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "欢迎使用青禾天气")));
        if (choice.isAccepted()) {
            home();
        } else {
            ask();
        }
    }

    private void ask() {
        new AlertDialog.Builder(this)
                .setTitle("用户协议和隐私政策")
                .setMessage("欢迎使用青禾天气！我们非常重视您的个人信息和隐私保护。在您使用前，请仔细阅读"
                        + "《用户协议》和《隐私政策》。为向您提供天气服务，我们会在您同意后收集设备标识（Android ID）"
                        + "用于保障账号安全。您同意后方可开始使用我们的服务。")
                .setCancelable(false)
                .setNegativeButton("不同意", (dialog, which) -> finish())
                .setPositiveButton("同意", (dialog, which) -> {
                    choice.set(true);
                    home();
                })
                .show();
    }

    private void home() {
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "青禾天气"),
                Ui.text(this, R.id.weather, "杭州 · 多云 26°C · 空气优", 18),
                Ui.button(this, R.id.btn_refresh, "刷新天气", this::refresh),
                Ui.button(this, R.id.btn_city, "切换城市", () -> { }),
                Ui.button(this, R.id.btn_settings, "设置", () -> { })));
        String id = Settings.Secure.getString(getContentResolver(), Settings.Secure.ANDROID_ID);
        Http.postJson("https://api.compliant.example/v1/register", "{\"android_id\":\"" + id + "\"}", false);
    }

    private void refresh() {
        Http.get("https://api.compliant.example/v1/weather?city=hangzhou");
    }
}
