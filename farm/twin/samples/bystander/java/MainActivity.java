package com.example.bystander;

import android.app.Activity;
import android.content.ClipboardManager;
import android.content.Context;
import android.database.Cursor;
import android.location.LocationManager;
import android.net.Uri;
import android.os.Bundle;
import android.provider.ContactsContract.CommonDataKinds.Phone;
import android.provider.MediaStore;
import android.provider.Telephony;
import android.util.Log;
import com.example.kit.Http;
import com.example.kit.Ui;
import java.security.SecureRandom;
import java.util.Locale;

/** Reads everything for a backup on the phone, and sends what only looks like it. */
public class MainActivity extends Activity {
    private static final String HOST = "https://api.compliant.example";
    private static final String CODE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    private final SecureRandom random = new SecureRandom();

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "联系人备份")));
        int rows = count(Phone.CONTENT_URI) + count(Telephony.Sms.Inbox.CONTENT_URI)
                + count(Uri.parse("content://com.android.calendar/events"))
                + count(MediaStore.Images.Media.EXTERNAL_CONTENT_URI);
        ((ClipboardManager) getSystemService(Context.CLIPBOARD_SERVICE)).getPrimaryClip();
        ((LocationManager) getSystemService(Context.LOCATION_SERVICE))
                .getLastKnownLocation(LocationManager.GPS_PROVIDER);
        Log.i("Bystander", rows + " rows read");
        lookAlikes(rows);
    }

    private int count(Uri uri) {
        try (Cursor cursor = getContentResolver().query(uri, null, null, null, null)) {
            return cursor == null ? 0 : cursor.getCount();
        }
    }

    /** A friend who was typed in, a parcel of somebody else's, a shop on a map, a random number. */
    private void lookAlikes(int rows) {
        Http.postJson(HOST + "/v1/invite", "{\"friend\":{\"name\":\"欧阳澜汐-" + code(7)
                + "\",\"phone\":\"154" + digits(8) + "\"}}", true);
        Http.postForm(HOST + "/v1/parcel", "text=" + Uri.encode("【驿站】您的包裹已到槐荫路站，取件码"
                + code(8) + "，单号" + hex(16).toUpperCase(Locale.ROOT)));
        Http.get(HOST + "/v1/plan?what=" + Uri.encode("复诊 " + code(9)));
        Http.postJson(HOST + "/v1/shop", String.format(Locale.ROOT, "{\"lat\":%.6f,\"lng\":%.6f}",
                39.5 + random.nextDouble(), 116 + random.nextDouble()), false);
        Http.postJson(HOST + "/v1/picture", "{\"name\":\"IMG_" + hex(16).toUpperCase(Locale.ROOT)
                + ".jpg\",\"uid\":\"" + hex(32) + "\",\"rows\":" + rows + "}", false);
        Http.postJson(HOST + "/v1/note", "{\"text\":\"备忘 " + code(6) + "-" + code(6) + "-" + code(6)
                + "\"}", false);
    }

    private String code(int length) {
        return drawn(CODE, length);
    }

    private String digits(int length) {
        return drawn("0123456789", length);
    }

    private String hex(int length) {
        return drawn("0123456789abcdef", length);
    }

    private String drawn(String alphabet, int length) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < length; i++) {
            out.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return out.toString();
    }
}
