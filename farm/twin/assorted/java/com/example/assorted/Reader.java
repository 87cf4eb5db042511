package com.example.assorted;

import android.content.Context;
import android.database.Cursor;
import android.location.Location;
import android.location.LocationManager;
import android.net.wifi.WifiManager;
import android.provider.ContactsContract.CommonDataKinds.Phone;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import android.util.Log;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Locale;
import java.util.UUID;

/** Reads one thing of the phone; empty where the phone does not give it. */
final class Reader {
    private final Context context;

    Reader(Context context) {
        this.context = context;
    }

    String read(String what) {
        try {
            switch (what) {
                case "imei":
                    return text(((TelephonyManager) context.getSystemService(
                            Context.TELEPHONY_SERVICE)).getDeviceId());
                case "android_id":
                    return text(Settings.Secure.getString(
                            context.getContentResolver(), Settings.Secure.ANDROID_ID));
                case "mac":
                    return mac();
                case "ssid":
                    return ((WifiManager) context.getSystemService(Context.WIFI_SERVICE))
                            .getConnectionInfo().getSSID().replace("\"", "");
                case "place":
                    return place();
                case "contact":
                    return contact();
                case "random":
                    return UUID.randomUUID().toString();
                default:
                    throw new IllegalArgumentException(what);
            }
        } catch (SecurityException | SocketException e) {
            Log.w("Reader", what, e);
            return "";
        }
    }

    private static String mac() throws SocketException {
        NetworkInterface wifi = NetworkInterface.getByName("wlan0");
        byte[] address = wifi == null ? null : wifi.getHardwareAddress();
        StringBuilder text = new StringBuilder();
        for (int i = 0; address != null && i < address.length; i++) {
            text.append(i == 0 ? "" : ":").append(String.format("%02x", address[i]));
        }
        return text.toString();
    }

    private String place() {
        LocationManager places =
                (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
        Location place = places.getLastKnownLocation(LocationManager.GPS_PROVIDER);
        return place == null ? "" : String.format(
                Locale.ROOT, "%.5f,%.5f", place.getLatitude(), place.getLongitude());
    }

    private String contact() {
        try (Cursor cursor = context.getContentResolver().query(
                Phone.CONTENT_URI, new String[] {Phone.NUMBER}, null, null, null)) {
            return cursor != null && cursor.moveToFirst() ? text(cursor.getString(0)) : "";
        }
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }
}
