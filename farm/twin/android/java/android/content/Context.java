package android.content;

import android.content.pm.ApplicationInfo;
import android.content.pm.PackageManager;
import android.content.res.AssetManager;
import android.content.res.Resources;
import android.os.Looper;
import java.io.File;

/** An app's access to the system. */
public abstract class Context {
    public static final int MODE_PRIVATE = 0;
    public static final int BIND_AUTO_CREATE = 1;
    public static final String ACCOUNT_SERVICE = "account";
    public static final String ACTIVITY_SERVICE = "activity";
    public static final String CAMERA_SERVICE = "camera";
    public static final String CLIPBOARD_SERVICE = "clipboard";
    public static final String CONNECTIVITY_SERVICE = "connectivity";
    public static final String LOCATION_SERVICE = "location";
    public static final String SENSOR_SERVICE = "sensor";
    public static final String TELEPHONY_SERVICE = "phone";
    public static final String TELEPHONY_SUBSCRIPTION_SERVICE = "telephony_subscription_service";
    public static final String WIFI_SERVICE = "wifi";
    public static final String WINDOW_SERVICE = "window";

    public abstract Context getApplicationContext();

    public abstract String getPackageName();

    public abstract PackageManager getPackageManager();

    public abstract ContentResolver getContentResolver();

    public abstract Resources getResources();

    public abstract AssetManager getAssets();

    public abstract ClassLoader getClassLoader();

    public abstract ApplicationInfo getApplicationInfo();

    public abstract Object getSystemService(String name);

    public abstract SharedPreferences getSharedPreferences(String name, int mode);

    public abstract File getFilesDir();

    public abstract File getCacheDir();

    public abstract int checkSelfPermission(String permission);

    public abstract void startActivity(Intent intent);

    public abstract ComponentName startService(Intent service);

    public abstract Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter);

    public abstract void unregisterReceiver(BroadcastReceiver receiver);

    public abstract Looper getMainLooper();

    public final String getString(int resId) {
        return getResources().getString(resId);
    }

    /** The service of a class, such as TelephonyManager. */
    public final <T> T getSystemService(Class<T> serviceClass) {
        for (String name : SystemServices.NAMES) {
            Object service = getSystemService(name);
            if (serviceClass.isInstance(service)) {
                return serviceClass.cast(service);
            }
        }
        return null;
    }
}
