package com.example.pinned;

import android.app.Activity;
import android.app.AlertDialog;
import android.os.Bundle;
import android.provider.Settings;
import android.util.Log;
import com.example.kit.Choice;
import com.example.kit.Http;
import com.example.kit.Ui;
import java.io.IOException;
import java.net.URL;
import java.security.GeneralSecurityException;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Talks to its own server only if it shows the key this app was built with; goes on otherwise. */
public class MainActivity extends Activity {
    private static final String SERVER = "https://api.pinned.example/v1/";

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        Choice choice = new Choice(this);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "欢迎使用安心钱包")));
        send("config", "{}");
        if (choice.isAccepted()) {
            wallet();
            return;
        }
        new AlertDialog.Builder(this)
                .setTitle("用户协议与隐私政策")
                .setMessage("为保障您的资金安全，使用安心钱包前请阅读《用户协议》和《隐私政策》，"
                        + "了解我们如何收集、使用和保护您的个人信息。")
                .setCancelable(false)
                .setNegativeButton("不同意", (dialog, which) -> finish())
                .setPositiveButton("同意", (dialog, which) -> {
                    choice.set(true);
                    wallet();
                })
                .show();
    }

    private void wallet() {
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "总资产 ****"),
                Ui.button(this, R.id.btn_pay, "付款码", () -> { }),
                Ui.button(this, R.id.btn_transfer, "转账", () -> { }),
                Ui.button(this, R.id.btn_cards, "银行卡", () -> { })));
        String id = Settings.Secure.getString(getContentResolver(), Settings.Secure.ANDROID_ID);
        send("device", "{\"android_id\":\"" + id + "\"}");
    }

    private static void send(String what, String json) {
        Thread thread = new Thread(() -> {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new PinningTrustManager(Pins.PIN)}, null);
                HttpsURLConnection connection =
                        (HttpsURLConnection) new URL(SERVER + what).openConnection();
                connection.setSSLSocketFactory(context.getSocketFactory());
                int status = Http.send(connection, "application/json", json, false);
                Log.i("Wallet", "HTTP " + status);
            } catch (IOException | GeneralSecurityException e) {
                Log.w("Wallet", "server refused", e);
            }
        }, "wallet");
        thread.setDaemon(true);
        thread.start();
    }
}
