package com.example.layered;

import android.Manifest;
import android.app.Activity;
import android.app.Dialog;
import android.os.Bundle;
import com.example.adnet.SplashAd;
import com.example.kit.Choice;
import com.example.kit.Ui;

/** A permission request, then an advertisement, then the privacy dialog; it collects nothing. */
public class MainActivity extends Activity {
    private static final int STORAGE = 7;

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "趣拍相机")));
        requestPermissions(new String[] {Manifest.permission.READ_EXTERNAL_STORAGE}, STORAGE);
    }

    @Override
    public void onRequestPermissionsResult(int requestCode, String[] permissions, int[] results) {
        setContentView(new SplashAd(this, this::afterAd)
                .view(R.id.ad_skip, R.id.ad_close, R.id.ad_title));
    }

    private void afterAd() {
        home();
        if (!new Choice(this).isAccepted()) {
            ask();
        }
    }

    private void ask() {
        Dialog dialog = new Dialog(this);
        dialog.setCancelable(false);
        dialog.setContentView(Ui.column(this,
                Ui.title(this, R.id.dialog_title, "欢迎使用趣拍相机"),
                Ui.text(this, R.id.dialog_content, "我们非常重视您的隐私。请阅读并同意《用户协议》和"
                        + "《隐私政策》后使用。您可以随时在设置中撤回同意。", 15),
                Ui.row(this,
                        Ui.button(this, R.id.btn_refuse, "不同意", () -> {
                            dialog.dismiss();
                            finish();
                        }),
                        Ui.button(this, R.id.btn_agree, "同意", () -> {
                            new Choice(this).set(true);
                            dialog.dismiss();
                        }))));
        dialog.show();
    }

    private void home() {
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "趣拍相机"),
                Ui.button(this, R.id.btn_shoot, "拍照", () -> { }),
                Ui.button(this, R.id.btn_filter, "滤镜", () -> { }),
                Ui.button(this, R.id.btn_album, "相册", () -> { })));
    }
}
