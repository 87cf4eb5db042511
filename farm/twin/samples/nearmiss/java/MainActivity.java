package com.example.nearmiss;

import android.app.Activity;
import android.app.AlertDialog;
import android.os.Build;
import android.os.Bundle;
import android.util.DisplayMetrics;
import com.example.kit.Choice;
import com.example.kit.Http;
import com.example.kit.Ui;
import java.util.UUID;

/** Before consent it reads what fits any device of its kind, and a random number made here. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        Choice choice = new Choice(this);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "欢迎使用简记账")));
        DisplayMetrics screen = getResources().getDisplayMetrics();
        Http.postJson("https://crash.quality.example/v1/session", "{\"session\":\"" + UUID.randomUUID()
                + "\",\"model\":\"" + Build.MODEL
                + "\",\"locale\":\"" + getResources().getConfiguration().locale
                + "\",\"screen\":\"" + screen.widthPixels + "x" + screen.heightPixels + "\"}", false);
        if (choice.isAccepted()) {
            ledger();
            return;
        }
        new AlertDialog.Builder(this)
                .setTitle("隐私政策提示")
                .setMessage("简记账尊重并保护您的隐私。请阅读《简记账用户协议》及《简记账隐私政策》，"
                        + "我们仅在您同意后处理您的个人信息。")
                .setCancelable(false)
                .setNegativeButton("拒绝", (dialog, which) -> finish())
                .setPositiveButton("接受", (dialog, which) -> {
                    choice.set(true);
                    ledger();
                })
                .show();
    }

    private void ledger() {
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "本月支出 1,280.50 元"),
                Ui.button(this, R.id.btn_add, "记一笔", () -> { }),
                Ui.button(this, R.id.btn_chart, "图表", () -> { }),
                Ui.button(this, R.id.btn_budget, "预算", () -> { })));
    }
}
