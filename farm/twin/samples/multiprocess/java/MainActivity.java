package com.example.multiprocess;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Intent;
import android.os.Bundle;
import com.example.kit.Choice;
import com.example.kit.Ui;

/** Starts its push process before it asks. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        Choice choice = new Choice(this);
        startService(new Intent(this, PushService.class));
        news();
        if (choice.isAccepted()) {
            return;
        }
        new AlertDialog.Builder(this)
                .setTitle("温馨提示")
                .setMessage("欢迎使用顺风资讯，请阅读并同意《用户协议》和《隐私政策》。")
                .setCancelable(false)
                .setNegativeButton("不同意并退出", (dialog, which) -> finish())
                .setPositiveButton("同意并继续", (dialog, which) -> choice.set(true))
                .show();
    }

    private void news() {
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "今日要闻"),
                Ui.button(this, R.id.btn_local, "本地", () -> { }),
                Ui.button(this, R.id.btn_tech, "科技", () -> { })));
    }
}
