package com.example.assorted;

import android.app.Activity;
import android.app.AlertDialog;
import android.net.Uri;
import android.os.Bundle;
import android.util.Base64;
import com.example.kit.Choice;
import com.example.kit.Digests;
import com.example.kit.Http;
import com.example.kit.Ui;
import java.nio.charset.StandardCharsets;

/** Does what its table says: at the start, or once the user has agreed or refused. */
public class AssortedActivity extends Activity {
    private Deeds deeds;

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        deeds = Deeds.read(this);
        Choice choice = new Choice(this);
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, deeds.label),
                Ui.button(this, R.id.btn_first, "首页", () -> { }),
                Ui.button(this, R.id.btn_second, "我的", () -> { })));
        perform("start");
        if (choice.isAccepted()) {
            perform("agreed");
        } else if (deeds.asks()) {
            ask(choice);
        }
    }

    private void ask(Choice choice) {
        new AlertDialog.Builder(this)
                .setTitle("隐私政策提示")
                .setMessage(deeds.policy)
                .setCancelable(false)
                .setNegativeButton("不同意", (dialog, which) -> {
                    choice.set(false);
                    perform("refused");
                })
                .setPositiveButton("同意并继续", (dialog, which) -> {
                    choice.set(true);
                    perform("agreed");
                })
                .show();
    }

    private void perform(String when) {
        Reader reader = new Reader(this);
        for (String[] deed : deeds.all) {
            if (deed[0].equals(when)) {
                String value = reader.read(deed[1]);
                if (!value.isEmpty()) {
                    send(deed[1], value, deed[2], deed[3]);
                }
            }
        }
    }

    private void send(String what, String value, String form, String host) {
        String address = "https://" + host + "/v1/" + what;
        switch (form) {
            case "nowhere":
                break;
            case "query":
                Http.get(address + "?value=" + Uri.encode(value));
                break;
            case "form":
                Http.postForm(address, "app=" + getPackageName() + "&value=" + Uri.encode(value));
                break;
            case "base64":
                Http.postForm(address, "value=" + Uri.encode(Base64.encodeToString(
                        value.getBytes(StandardCharsets.UTF_8), Base64.NO_WRAP)));
                break;
            case "sha256":
                Http.postJson(address, json(Digests.sha256(value)), false);
                break;
            case "gzip":
                Http.postJson(address, json(value), true);
                break;
            default:
                Http.postJson(address, json(value), false);
        }
    }

    private static String json(String value) {
        return "{\"device\":{\"value\":\"" + value + "\"}}";
    }
}
