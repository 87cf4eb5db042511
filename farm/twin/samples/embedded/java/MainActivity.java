package com.example.embedded;

import android.app.Activity;
import android.app.AlertDialog;
import android.os.Bundle;
import android.widget.EditText;
import com.example.kit.Choice;
import com.example.kit.Ui;

/** A notebook that collects nothing itself; the library it carries starts before it. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        Choice choice = new Choice(this);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "欢迎使用云笺记事本")));
        if (choice.isAccepted()) {
            notes();
            return;
        }
        new AlertDialog.Builder(this)
                .setTitle("服务协议和隐私政策")
                .setMessage("请您务必审慎阅读、充分理解《服务协议》和《隐私政策》各条款。"
                        + "如您同意，请点击“我同意”开始接受我们的服务。")
                .setCancelable(false)
                .setNegativeButton("暂不同意", (dialog, which) -> finish())
                .setPositiveButton("我同意", (dialog, which) -> {
                    choice.set(true);
                    notes();
                })
                .show();
    }

    private void notes() {
        EditText note = new EditText(this);
        note.setId(R.id.note);
        note.setHint("写点什么…");
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "全部笔记"),
                note,
                Ui.button(this, R.id.btn_save, "保存", () -> { }),
                Ui.button(this, R.id.btn_trash, "回收站", () -> { })));
    }
}
