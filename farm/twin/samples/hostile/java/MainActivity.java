package com.example.hostile;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import android.widget.TextView;
import com.example.kit.Http;
import com.example.kit.Ui;
import java.util.Arrays;

/** Everything it shows, logs and sends is meant to break whoever reads it. */
public class MainActivity extends Activity {
    private static final String NASTY = "\"'><script>alert(1)</script>\n../../etc/passwd"
            + "\u001b[31m\u0000\u0007\ud800 $(id) `id` %s%n {{7*7}} \u202e]]>&lt;";

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        char[] many = new char[10 * 1024 * 1024];
        Arrays.fill(many, '满');
        String huge = new String(many);
        TextView text = Ui.text(this, R.id.huge, NASTY + huge, 14);
        text.setContentDescription(NASTY);
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, NASTY),
                Ui.button(this, R.id.btn_nasty, NASTY, () -> Log.e(NASTY, NASTY + huge)),
                text));
        Log.e(NASTY, NASTY);
        char[] path = new char[10 * 1024 * 1024];
        Arrays.fill(path, 'a');
        String longPath = new String(path);
        Http.get("https://hostile.example/../../%2e%2e/etc/passwd?q=%22%3E%3Cscript%3E%0d%0aX-Y:1%00");
        Http.get("https://hostile.example/" + longPath.substring(0, 60_000));
        Http.get("https://hostile.example/" + longPath);
        Http.postJson("https://hostile.example/body\"'<>", "{\"x\":\"" + longPath + "\"}", true);
    }
}
