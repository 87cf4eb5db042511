package com.example.hostile;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import android.widget.TextView;
import com.example.kit.Http;
import com.example.kit.Ui;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Everything it shows, logs and sends is meant to break whoever reads it. */
public class MainActivity extends Activity {
    private static final String NASTY = "\"'><script>alert(1)</script>\n../../etc/passwd"
            + "\u001b[31m\u0000\u0007\ud800 $(id) `id` %s%n {{7*7}} \u202e]]>&lt;";

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        // One byte a character in memory: an app has 128 MB.
        byte[] many = new byte[10 * 1024 * 1024];
        Arrays.fill(many, (byte) 'a');
        String huge = new String(many, StandardCharsets.ISO_8859_1);
        TextView text = Ui.text(this, R.id.huge, huge, 14);
        text.setContentDescription(NASTY);
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, NASTY),
                Ui.button(this, R.id.btn_nasty, NASTY, () -> Log.e(NASTY, huge)),
                text));
        Log.e(NASTY, NASTY);
        Http.get("https://hostile.example/../../%2e%2e/etc/passwd?q=%22%3E%3Cscript%3E%0d%0aX-Y:1%00");
        Http.get("https://hostile.example/" + huge.substring(0, 60_000));
        Http.get("https://hostile.example/" + huge);
        Http.postJson("https://hostile.example/body\"'<>", "{\"x\":\"" + huge + "\"}", true);
    }
}
