package com.example.silent;

import android.app.Activity;
import android.os.Bundle;
import com.example.kit.Ui;

/** A calculator: no dialog, no network, nothing collected. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "极简计算器"),
                Ui.text(this, R.id.result, "0", 32),
                Ui.row(this,
                        Ui.button(this, R.id.btn_1, "1", () -> { }),
                        Ui.button(this, R.id.btn_2, "2", () -> { }),
                        Ui.button(this, R.id.btn_plus, "+", () -> { })),
                Ui.button(this, R.id.btn_equals, "=", () -> { })));
    }
}
