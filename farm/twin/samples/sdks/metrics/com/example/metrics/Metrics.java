package com.example.metrics;

import android.content.Context;
import android.os.Build;
import android.provider.Settings;
import com.example.metrics.internal.DeviceToken;
import com.example.metrics.internal.Uploader;

/** 示例统计 SDK (Example Metrics): counts users by a token made from the Android ID. */
public final class Metrics {
    public static final String VERSION = "4.1.0";
    private static volatile String token;

    private Metrics() {}

    public static void init(Context context) {
        String androidId =
                Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        token = DeviceToken.of(androidId);
        event(context, "app_start");
    }

    public static void event(Context context, String name) {
        Uploader.upload("{\"sdk\":\"" + VERSION + "\",\"app\":\"" + context.getPackageName()
                + "\",\"event\":\"" + name + "\",\"model\":\"" + Build.MODEL
                + "\",\"device_token\":\"" + token + "\"}");
    }
}
