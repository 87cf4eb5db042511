package com.example.eager;

import android.app.Activity;
import android.app.Dialog;
import android.os.Bundle;
import com.example.kit.Choice;
import com.example.kit.Ui;

/** A torch; its dialog comes too late. */
public class MainActivity extends Activity {
    private boolean on;

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        home();
        if (!new Choice(this).isAccepted()) {
            ask();
        }
    }

    private void ask() {
        Dialog dialog = new Dialog(this);
        dialog.setCancelable(false);
        dialog.setContentView(Ui.column(this,
                Ui.title(this, R.id.dialog_title, "温馨提示"),
                Ui.text(this, R.id.dialog_content, "欢迎使用极速手电筒！请您充分阅读并理解《用户服务协议》与"
                        + "《隐私政策》的全部条款。点击“同意并继续”即表示您已阅读并同意上述协议。", 15),
                Ui.button(this, R.id.btn_agree, "同意并继续", () -> {
                    new Choice(this).set(true);
                    dialog.dismiss();
                }),
                Ui.button(this, R.id.btn_refuse, "不同意并退出", () -> {
                    dialog.dismiss();
                    finish();
                })));
        dialog.show();
    }

    private void home() {
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "极速手电筒"),
                Ui.text(this, R.id.state, on ? "已打开" : "已关闭", 18),
                Ui.button(this, R.id.btn_torch, on ? "关灯" : "开灯", () -> {
                    on = !on;
                    home();
                }),
                Ui.button(this, R.id.btn_sos, "SOS 求救闪光", () -> { }),
                Ui.button(this, R.id.btn_more, "更多工具", () -> { })));
    }
}
