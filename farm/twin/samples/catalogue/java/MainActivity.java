package com.example.catalogue;

import android.app.Activity;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.util.Log;
import com.example.kit.Ui;

/** Calls everything that the hook catalogue names, once the screen is drawn. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "接口目录")));
        new Handler(Looper.getMainLooper()).postDelayed(this::callAll, 300);
    }

    private void callAll() {
        Scene scene = new Scene(this);
        Plan.run(scene);
        NativeSteps.run(scene);
        Log.i("Catalogue", "done");
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "完成")));
    }
}
