package android.content;

import android.accounts.AccountManager;
import android.app.ActivityManager;
import android.hardware.SensorManager;
import android.hardware.camera2.CameraManager;
import android.location.LocationManager;
import android.net.ConnectivityManager;
import android.net.wifi.WifiManager;
import android.telephony.SubscriptionManager;
import android.telephony.TelephonyManager;
import android.view.WindowManager;
import com.android.internal.os.Binding;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The managers that stand for system services in a process, each made when first asked for. */
public final class SystemServices {
    private static final Map<String, Supplier<Object>> MAKERS = Map.ofEntries(
            Map.entry(Context.ACCOUNT_SERVICE, AccountManager::new),
            Map.entry(Context.ACTIVITY_SERVICE, ActivityManager::new),
            Map.entry(Context.CAMERA_SERVICE, CameraManager::new),
            Map.entry(Context.CLIPBOARD_SERVICE, ClipboardManager::new),
            Map.entry(Context.CONNECTIVITY_SERVICE, ConnectivityManager::new),
            Map.entry(Context.LOCATION_SERVICE, LocationManager::new),
            Map.entry(Context.SENSOR_SERVICE, SensorManager::new),
            Map.entry(Context.TELEPHONY_SERVICE, TelephonyManager::new),
            Map.entry(Context.TELEPHONY_SUBSCRIPTION_SERVICE, SubscriptionManager::new),
            Map.entry(Context.WIFI_SERVICE, WifiManager::new),
            Map.entry(Context.WINDOW_SERVICE, WindowManager::new),
            // A vendor's identifier service, which answers its library with the OAID.
            Map.entry("oaid", () -> String.valueOf(Binding.identity("oaid"))));
    static final Set<String> NAMES = MAKERS.keySet();
    private static final Map<String, Object> SERVICES = new ConcurrentHashMap<>();

    private SystemServices() {}

    /** The manager of that name; null where there is none. */
    public static Object get(String name) {
        Supplier<Object> maker = MAKERS.get(name);
        return maker == null ? null : SERVICES.computeIfAbsent(name, key -> maker.get());
    }
}
