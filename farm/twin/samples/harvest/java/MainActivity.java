package com.example.harvest;

import android.app.Activity;
import android.os.Bundle;
import com.example.kit.Ui;

/** An album that asks for nothing. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "全能相册"),
                Ui.text(this, R.id.state, "正在整理", 18)));
    }
}
