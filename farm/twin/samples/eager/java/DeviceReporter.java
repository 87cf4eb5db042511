package com.example.eager;

import android.content.Context;
import android.net.Uri;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import android.util.Log;
import com.example.kit.Digests;
import com.example.kit.Http;
import java.net.NetworkInterface;
import java.net.SocketException;

/** Reads what names the device, and sends it to a tracker. */
final class DeviceReporter {
    private static final String TRACKER = "https://collect.tracker.example";
    private final Context context;

    DeviceReporter(Context context) {
        this.context = context;
    }

    void report() {
        String imei = imei();
        String androidId =
                Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        String mac = mac();
        Http.get(TRACKER + "/v1/device?os=android&imei=" + Uri.encode(imei));
        Http.postJson(TRACKER + "/v2/batch", "{\"app\":\"" + context.getPackageName()
                + "\",\"events\":[{\"name\":\"install\",\"device\":{\"id\":\""
                + Digests.sha256(androidId) + "\"}}]}", true);
        Http.postForm(TRACKER + "/v1/network", "type=wifi&mac=" + Uri.encode(mac));
    }

    private String imei() {
        try {
            TelephonyManager telephony =
                    (TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE);
            String imei = telephony.getDeviceId();
            return imei == null ? "" : imei;
        } catch (SecurityException e) {
            Log.w("DeviceReporter", "no permission", e);
            return "";
        }
    }

    private static String mac() {
        try {
            NetworkInterface wifi = NetworkInterface.getByName("wlan0");
            byte[] address = wifi == null ? null : wifi.getHardwareAddress();
            StringBuilder text = new StringBuilder();
            for (int i = 0; address != null && i < address.length; i++) {
                text.append(i == 0 ? "" : ":").append(String.format("%02x", address[i]));
            }
            return text.toString();
        } catch (SocketException e) {
            return "";
        }
    }
}
