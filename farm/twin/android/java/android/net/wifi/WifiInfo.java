package android.net.wifi;

import android.Manifest.permission;
import com.android.internal.os.Binding;

/** The Wi-Fi connection. */
public class WifiInfo {
    public static final String DEFAULT_MAC_ADDRESS = "02:00:00:00:00:00";

    /** The phone's own address: hidden from apps that target Android 6 or more, and on 10. */
    public String getMacAddress() {
        String mac = Binding.identity("wifi_mac");
        boolean shown = Binding.sdk() < 29 && Binding.targetSdk() < 23;
        return shown && mac != null ? mac : DEFAULT_MAC_ADDRESS;
    }

    /** The access point's name: from Android 8.1 for apps that may know the location. */
    public String getSSID() {
        return located() ? "\"" + Binding.identity("wifi_ssid") + "\"" : "<unknown ssid>";
    }

    public String getBSSID() {
        return located() ? Binding.identity("wifi_bssid") : DEFAULT_MAC_ADDRESS;
    }

    public int getIpAddress() {
        return 0x6401a8c0; // 192.168.1.100, least significant byte first
    }

    public int getRssi() {
        return -52;
    }

    private static boolean located() {
        return Binding.sdk() < 27 || Binding.isGranted(permission.ACCESS_FINE_LOCATION)
                || Binding.sdk() < 29 && Binding.isGranted(permission.ACCESS_COARSE_LOCATION);
    }
}
